import { appending } from "./appending.ts"

/**
 * Tries users' commands in mind, one after another: what the server would refuse is found before the first write, for nothing is undone.
 * It knows the types that keys have by then, the numbers that are counted up, and what the user may run. It is too strict in one thing: a key that a
 * removal has emptied keeps its type until it is deleted.
 */
export const trying = String.raw`${appending}
local tried = {}
local function stateOf(key)
  local k = tried[key]
  if not k then
    k = { kind = call('TYPE', key).ok, own = false, tail = '', fields = {} }
    tried[key] = k
  end
  return k
end
local function removed() return { kind = 'none', own = true, tail = '', fields = {} } end
-- The text at a key by now, false where there is none.
local function textOf(key, k)
  if k.text == nil then k.text = not k.own and k.kind == 'string' and call('GET', key) end
  if k.tail ~= '' then
    k.text = (k.text or '') .. k.tail
    k.tail = ''
  end
  return k.text
end
local function fieldOf(key, k, field)
  if k.fields[field] == nil then k.fields[field] = not k.own and k.kind == 'hash' and call('HGET', key, field) end
  return k.fields[field]
end
-- The sum as the server would make it; nil where it refuses.
local HIGHEST = 9223372036854774000
local function sum(text, by)
  if text and text ~= '0' and not string.match(text, '^-?[1-9]%d*$') then return nil end
  local result = tonumber(text or '0') + tonumber(by)
  if math.abs(result) > HIGHEST then return nil end
  return F(result)
end

local REMOVALS = { HDEL = true, SREM = true, ZREM = true, LTRIM = true }
local function note(words, k)
  local name, key = words[1], words[2]
  if name == 'SET' then k.text, k.tail = words[3], ''
  elseif name == 'SETNX' then
    if k.kind == 'none' then k.text = words[3] end
  elseif name == 'APPEND' then k.tail = k.tail .. words[3]
  elseif name == 'INCRBY' then
    local found = textOf(key, k)
    k.text = sum(found, words[3])
    if not k.text then return 'holds ' .. string.sub(found, 1, 40) .. ', and incrBy needs a whole number that stays within 64 bits' end
  elseif name == 'HSET' then
    for n = 3, #words, 2 do k.fields[words[n]] = words[n + 1] end
  elseif name == 'HDEL' then
    for n = 3, #words do k.fields[words[n]] = false end
  elseif name == 'HINCRBY' then
    local found = fieldOf(key, k, words[3])
    k.fields[words[3]] = sum(found, words[4])
    if not k.fields[words[3]] then
      return 'holds ' .. string.sub(found, 1, 40) .. ' in field ' .. words[3] .. ', and hIncrBy needs a whole number that stays within 64 bits'
    end
  end
end
-- Why the server would refuse a command whose key must have this type; nil where it would run it.
local function refusal(wanted, words)
  local name, key = words[1], words[2]
  if redis.acl_check_cmd and not redis.acl_check_cmd(unpack(words)) then return 'may not be changed by ' .. name .. ': the user lacks the right' end
  local k = stateOf(key)
  if wanted ~= 'any' and k.kind ~= 'none' and k.kind ~= wanted then return 'holds a ' .. k.kind .. ', and this command needs a ' .. wanted end
  local why = note(words, k)
  if why then return why end
  if name == 'DEL' or (name == 'PEXPIRE' and tonumber(words[3]) <= 0) then tried[key] = removed()
  elseif wanted ~= 'any' and not REMOVALS[name] then k.kind = wanted end
end
`
