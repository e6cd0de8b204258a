/** Ends this process by SIGKILL: not one more statement of it runs. */
export function endThisProcess(): never {
  process.kill(process.pid, "SIGKILL")
  throw new Error("a SIGKILL to itself left this process alive")
}
