let saves = 0

/** Kills this process, as the machine's end would, right after the save that `CRASH_AT_SAVE` names: the row is written, its transaction is still open. */
export function afterSave(): void {
  saves += 1
  if (saves === Number(process.env["CRASH_AT_SAVE"])) process.kill(process.pid, "SIGKILL")
}
