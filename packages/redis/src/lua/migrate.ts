import { identity } from "./greet.ts"
import { library } from "./library.ts"

/** Makes a log where there is none. In: now, format, partitions. Out: 1 when it was made. */
export const migrate = String.raw`${library}${identity}
local format, partitions = arg(), arg()
if call('HSETNX', LOG, 'format', format) == 0 then return 0 end
call('HSET', LOG, 'partitions', partitions, 'head', '0', 'trimmed', '0', 'server', serverId())
return 1
`
