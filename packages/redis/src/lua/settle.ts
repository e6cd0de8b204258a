import { appending } from "./appending.ts"
import { notes } from "./notes.ts"

/**
 * Settles a partition whose parts have all gone well: the usual case, in one script.
 * In: now, group, partition, token, checkpoint, dropped, text to remember, count, keys of the parts, count, streams left to their lanes (key position), count, appends.
 * Out: `done` and the verdicts; or `slow`: something is not usual (another token, a lane that is open or has closed meanwhile, replay rows, an effect that can not be stored): nothing was written.
 */
export const settle = String.raw`${appending}${notes}
local name, p, token, checkpoint, dropped, text = arg(), arg(), arg(), num(), num(), arg()
local id = call('HGET', P .. 'groups', name)
if not id then return { 'slow' } end
local G = P .. 'g:' .. id
local K = G .. ':p' .. p
local f = call('HMGET', K, 'checkpoint', 'token', 'lanes', 'rows', 'settles', 'native', 'consumer', 'takeovers', 'read')
local g = call('HMGET', G, 'lanes', 'maxLanes', 'order', 'types', 'revision')
if f[2] ~= token or tonumber(f[1]) > checkpoint then return { 'slow' } end
if tonumber(f[4] or 0) > 0 or tonumber(g[1] or 0) > tonumber(g[2] or 0) then return { 'slow' } end
local lanes = tonumber(f[3] or 0) > 0 and G .. ':l' .. p
for n = 1, num() do
  local key = arg()
  if lanes and g[3] ~= 'log' and call('HEXISTS', lanes, key) == 1 then return { 'slow' } end
end
for n = 1, num() do
  local key, position = arg(), num()
  if position <= checkpoint and not (lanes and call('HEXISTS', lanes, key) == 1) then return { 'slow' } end
end
local appends = readAppends()
for _, a in ipairs(appends) do
  if judge(a) then return { 'slow' } end
  stage(a)
end
known = { ids = {}, keys = {}, versions = {}, revisions = {} }
local verdicts, places = {}, {}
for n, a in ipairs(appends) do
  verdicts[n] = store(a)
  places[n] = table.concat(verdicts[n], ',', 3)
end
checkKeys()
if #appends == 0 then evenWhenFull() end
local before, settles = tonumber(f[1]), tonumber(f[5] or 0)
local progress = checkpoint > before
call('HSET', K, 'settled' .. F(settles % 32), table.concat(places, ';') .. '\n' .. text, 'settles', F(settles + 1),
  'checkpoint', F(checkpoint), 'token', '', 'owner', '', 'boot', '', 'until', '0', 'hold', '',
  'takeovers', progress and '0' or f[8] or '0')
call('HINCRBY', K, 'revision', 1)
if dropped > 0 then call('HINCRBY', G, 'dropped', dropped) end
if g[3] == 'stream' then
  if f[7] then forgetConsumer(name, p, f[7]) end
  local native = f[6] and tonumber(f[6])
  local read = readOf(f[9], native)
  if not native or native > checkpoint then read = moveNative(name, p, checkpoint) else read = moveNativeOn(name, p, native, read, checkpoint) end
  call('HSET', K, 'native', F(checkpoint), 'read', readText(checkpoint, read))
elseif progress then moveNativeOfLog(name, int(LOG, 'partitions'), before, checkpoint) end
flush()
local first = firstWanted(g[3], p, math.max(checkpoint, int(LOG, 'trimmed')), cjson.decode(g[4]))
if first then
  noteReady(G, p, first)
  call('HSET', K, 'waiting', stampOf(g[5] or '0', checkpoint) .. F(first))
else noteNothing(G, p) end
if not progress then call('PUBLISH', P .. 'wake', 'w') end
return { 'done', verdicts }
`
