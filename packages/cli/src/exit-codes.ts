/** What the command's exit code says. */
export const EXIT = {
  /** Done. */
  done: 0,
  /** It failed, or `doctor` found something wrong. */
  failed: 1,
  /** The command was called wrongly: an unknown verb, option or value. */
  usage: 2,
  /** What was named is not there: a group, a message, a schedule. */
  notThere: 3,
  /** A change that needs a yes was not confirmed: nothing was changed. */
  notConfirmed: 4,
} as const

/** An error that ends the command with a code of its own. */
export class CommandFailed extends Error {
  override readonly name = "CommandFailed"
  readonly exitCode: number

  constructor(message: string, exitCode: number = EXIT.failed) {
    super(message)
    this.exitCode = exitCode
  }
}
