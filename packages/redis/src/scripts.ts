import { append } from "./lua/append.ts"
import { beat } from "./lua/beat.ts"
import { claim } from "./lua/claim.ts"
import { commit } from "./lua/commit.ts"
import { extend } from "./lua/extend.ts"
import { greet } from "./lua/greet.ts"
import { lastBefore } from "./lua/last-before.ts"
import { listSchedules } from "./lua/list-schedules.ts"
import { load } from "./lua/load.ts"
import { lookUp } from "./lua/look-up.ts"
import { migrate } from "./lua/migrate.ts"
import { moveSchedules } from "./lua/move-schedules.ts"
import { oldestOfCategory } from "./lua/oldest-of-category.ts"
import { promote } from "./lua/promote.ts"
import { read } from "./lua/read.ts"
import { restore } from "./lua/restore.ts"
import { settle } from "./lua/settle.ts"
import { streamEnds } from "./lua/stream-ends.ts"
import { streamInfos } from "./lua/stream-infos.ts"
import { trimCategory } from "./lua/trim-category.ts"
import { trim } from "./lua/trim.ts"
import { script } from "./script.ts"

/** The scripts, each sent once to a server and called by its digest from then on. */
export const scripts = {
  append: script("append", append, { writes: true }),
  beat: script("beat", beat, { writes: true }),
  claim: script("claim", claim, { writes: true }),
  commit: script("commit", commit, { writes: true }),
  extend: script("extend", extend, { writes: true }),
  greet: script("greet", greet, { writes: false }),
  lastBefore: script("lastBefore", lastBefore, { writes: false }),
  listSchedules: script("listSchedules", listSchedules, { writes: false }),
  load: script("load", load, { writes: false }),
  loadWithTokens: script("load", load, { writes: true }),
  lookUp: script("lookUp", lookUp, { writes: false }),
  migrate: script("migrate", migrate, { writes: true }),
  moveSchedules: script("moveSchedules", moveSchedules, { writes: true }),
  oldestOfCategory: script("oldestOfCategory", oldestOfCategory, { writes: false }),
  promote: script("promote", promote, { writes: true }),
  read: script("read", read, { writes: false }),
  restore: script("restore", restore, { writes: true }),
  settle: script("settle", settle, { writes: true }),
  streamEnds: script("streamEnds", streamEnds, { writes: false }),
  streamInfos: script("streamInfos", streamInfos, { writes: false }),
  trim: script("trim", trim, { writes: true }),
  trimCategory: script("trimCategory", trimCategory, { writes: true }),
} as const
