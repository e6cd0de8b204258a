import type { MessageId } from "../message/ids.ts"

/**
 * A message was being handled whenever its worker died, several times in a row: it counts as failed.
 * @remedy Look what the handler of that message does to its process (memory, endless loops, `process.exit`), then start the group or retry the dead letter.
 */
export class WorkerDied extends Error {
  override readonly name = "WorkerDied"
  readonly code = "worker-died"
  readonly messageId: MessageId

  constructor(messageId: MessageId, takeovers: number) {
    super(
      `${takeovers} workers in a row died or stood still while they handled message ${messageId}: look at what its handler does to the process`,
    )
    this.messageId = messageId
  }
}

/** What a message produced can not be stored, however often it is tried. */
export class EffectRefused extends Error {
  override readonly name = "EffectRefused"
  readonly code:
    /** A message has the id of another one that is stored. @remedy Let Millrace give ids; do not copy messages. */
    | "id-taken"
    /** The idempotency key was used for other content. @remedy Use a key for one write only. */
    | "key-reused"
    /** The storage can not hold this content. @remedy Change what the reactor produces; the message says what is wrong with it. */
    | "bad-data"

  constructor(code: EffectRefused["code"], detail: string) {
    super(detail)
    this.code = code
  }
}

/**
 * A process name is in use by a process that answers.
 * @remedy Give this process another name, or stop the other one.
 */
export class ProcessNameInUse extends Error {
  override readonly name = "ProcessNameInUse"
  readonly code = "process-name-in-use"

  constructor(processName: string, holder: { readonly host: string; readonly pid: number }) {
    super(
      `process name ${processName} is in use by process ${holder.pid} on ${holder.host}: give this process another name, or stop that one`,
    )
  }
}

/**
 * Another process has taken this one's name: it must not go on working.
 * @remedy Start it again. If it happens often, look for what keeps the process from answering: a blocked event loop, a paused machine.
 */
export class ProcessFenced extends Error {
  override readonly name = "ProcessFenced"
  readonly code = "process-fenced"

  constructor(processName: string) {
    super(`another process has taken the name ${processName} while this one did not answer: this one stops working`)
  }
}

/**
 * Something was waited for and did not come in time. It may still come.
 * @remedy Wait longer, or look with `app.groups()` what holds it up.
 */
export class WaitedTooLong extends Error {
  override readonly name = "WaitedTooLong"
  readonly code = "waited-too-long"

  constructor(what: string, timeoutMs: number) {
    super(`${what} did not happen within ${timeoutMs} ms; it may still happen`)
  }
}
