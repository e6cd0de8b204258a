import { hash } from "node:crypto"

import type { MessageId } from "../message/ids.ts"

/**
 * The id of the `index`-th message that a group produces while it handles `cause`: the same on every try, another one for each group and
 * re-emit epoch. A UUID version 8 whose first 48 bits are those of its cause's id (its time), so that ids stay nearly sorted in an index.
 */
export function derivedId(cause: MessageId, group: string, epoch: number, index: number): MessageId {
  const digest = hash("sha256", `${cause}\n${group}\n${epoch}\n${index}`, "hex")
  const variant = ((Number.parseInt(digest.slice(3, 5), 16) & 0x3f) | 0x80).toString(16)
  return `${cause.slice(0, 13)}-8${digest.slice(0, 3)}-${variant}${digest.slice(5, 7)}-${digest.slice(7, 19)}`
}
