import type { Evidence, LoggedMessage } from "../evidence.ts"
import type { Wrong } from "../findings.ts"
import { readNumber } from "../read-payload.ts"

/** Each command of an account, and the events that its rules allow as the answer. */
const ANSWERS: ReadonlyMap<string, readonly string[]> = new Map([
  ["chaos.open", ["chaos.opened"]],
  ["chaos.transfer", ["chaos.sent", "chaos.declined"]],
  ["chaos.receive", ["chaos.received"]],
])

/** Decides everything that was asked of the accounts again, in turn: each command has exactly one answer, the right one, in order; and no money is made or lost. */
export function checkAccounts({ messages }: Evidence, sum: number, wrong: Wrong): void {
  let total = 0
  for (const [streamId, all] of Map.groupBy(messages, (message) => message.streamId)) {
    if (!streamId.startsWith("account-")) continue
    checkAnswers(streamId, all, wrong)
    total += balanceOf(streamId, all, wrong)
  }
  if (total !== sum) wrong("sums", `all accounts hold ${total} together, and should hold ${sum}`)
}

function checkAnswers(streamId: string, messages: readonly LoggedMessage[], wrong: Wrong): void {
  const commands = messages.filter(({ kind }) => kind === "command")
  const answers = Map.groupBy(
    messages.filter(({ kind }) => kind === "event"),
    ({ causationId }) => causationId,
  )
  let last = 0
  for (const { id, type, position } of commands) {
    const allowed = ANSWERS.get(type) ?? []
    const found = (answers.get(id) ?? []).filter((answer) => allowed.includes(answer.type))
    const where = `the ${type} at position ${position} of ${streamId}`
    if (found.length === 0) wrong("lost", `${where} was never decided`)
    if (found.length > 1) wrong("doubled", `${where} was decided ${found.length} times`)
    const [answer] = found
    if (answer === undefined) continue
    if (answer.position < Math.max(position, last)) wrong("reordered", `${where} was decided at ${answer.position}`)
    last = Math.max(last, answer.position)
    answers.delete(id)
  }
  for (const found of answers.values())
    for (const { position, type } of found) wrong("doubled", `the ${type} at position ${position} answers no command`)
}

/** What the account holds at the end, and whether each of its events was right at its moment. */
function balanceOf(streamId: string, messages: readonly LoggedMessage[], wrong: Wrong): number {
  let balance = 0
  for (const { type, position, payload } of messages) {
    const amount = readNumber(payload, "amount")
    const where = `the ${type} of ${amount} at position ${position} of ${streamId}, which held ${balance},`
    if (type === "chaos.sent" && amount > balance) wrong("sums", `${where} is not covered`)
    if (type === "chaos.declined" && amount <= balance) wrong("sums", `${where} was covered`)
    if (type === "chaos.opened" || type === "chaos.received") balance += amount
    if (type === "chaos.sent") balance -= amount
  }
  return balance
}
