let saves = 0

/** Kills this process, as a power failure would, right after the save that `CRASH_AT_SAVE` names: the row is written, the progress is not. */
export function afterSave(): void {
  saves += 1
  if (saves === Number(process.env["CRASH_AT_SAVE"])) process.kill(process.pid, "SIGKILL")
}
