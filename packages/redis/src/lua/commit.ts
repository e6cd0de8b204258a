import { SKIPS_KEPT } from "@millrace/core/backend"

import { trying } from "./trying.ts"

/**
 * Makes a change that was worked out from what was read before: all of it or nothing.
 * In: now; count, then guards (key, field, value it must still have; empty: absent); count, then appends; count, then users' commands (group and position they are of,
 * the type its key must have, length, words); 1 when it is to be written even where the server is full; what to remember (key, field, text; key empty: nothing); count, then writes (length, words; the key without prefix); count, then moves of
 * native groups (`at` group partition position hash, `log` group before after, `gone` group partition); count of news, then these.
 * Out: `stale` when a guard no longer holds; `refused` and a verdict per append (`ok`: it could be stored) when one can not be stored; `taken`, which of users' commands
 * and why when the server would refuse one; else `done`, the verdicts, and which commands the server refused all the same, and why: these are listed with the group. Only `done` has written.
 */
export const commit = String.raw`${trying}
local SKIPS_KEPT = ${SKIPS_KEPT}
for n = 1, num() do
  local key, field, value = arg(), arg(), arg()
  if (call('HGET', P .. key, field) or '') ~= value then return { 'stale' } end
end
local appends, judged, sound = readAppends(), {}, true
for n, a in ipairs(appends) do
  local verdict = judge(a)
  if verdict then sound = false else stage(a) end
  judged[n] = verdict or { 'ok' }
end
local commands = {}
for n = 1, num() do
  local group, position, wanted, words = arg(), arg(), arg(), {}
  for w = 1, num() do words[w] = arg() end
  local why = refusal(wanted, words)
  if why then return { 'taken', n - 1, words[2] .. ' ' .. why } end
  commands[n] = { group, position, words }
end
if not sound then return { 'refused', judged } end
known = { ids = {}, keys = {}, versions = {}, revisions = {} }
local text = {}
for n, a in ipairs(appends) do
  judged[n] = store(a)
  text[n] = table.concat(judged[n], ',', 3)
end
checkKeys()
if arg() == '1' then evenWhenFull() end
local key, field, rest = arg(), arg(), arg()
if key ~= '' then call('HSET', P .. key, field, table.concat(text, ';') .. '\n' .. rest) end
for n = 1, num() do
  local words = {}
  for w = 1, num() do words[w] = arg() end
  words[2] = P .. words[2]
  call(unpack(words))
end
flush()
for n = 1, num() do
  local how, group = arg(), arg()
  if how == 'at' then
    local p, position, hash = arg(), num(), arg()
    local consumer = hash ~= '' and call('HGET', P .. hash, 'consumer')
    if consumer then forgetConsumer(group, p, consumer) end
    local read = moveNative(group, p, position)
    if hash ~= '' then call('HSET', P .. hash, 'native', F(position), 'read', readText(position, read)) end
  elseif how == 'log' then moveNativeOfLog(group, int(LOG, 'partitions'), num(), num())
  else redis.pcall('XGROUP', 'DESTROY', P .. 'p:' .. arg(), group) end
end
for n = 1, num() do call('PUBLISH', P .. 'wake', arg()) end
local failures = {}
for n, command in ipairs(commands) do
  local group, position, words = command[1], command[2], command[3]
  local answer = redis.pcall(unpack(words))
  if type(answer) == 'table' and answer.err then
    failures[#failures + 1] = { n - 1, words[1] .. ' ' .. words[2] .. ': ' .. answer.err }
    call('RPUSH', P .. group .. ':skips', '{"position":' .. position .. ',"how":"unwritten","at":' .. F(NOW) .. '}')
    call('LTRIM', P .. group .. ':skips', -SKIPS_KEPT, -1)
    call('HINCRBY', P .. group, 'skipped', 1)
  end
end
return { 'done', judged, failures }
`
