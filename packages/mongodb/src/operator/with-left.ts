import type { CommitDocument, MessageDocument } from "../commit-document.ts"

/**
 * What a commit says of its messages once only some of them are left, `null` for each of the others. Readers by type or conversation take so many commits for
 * a page, so none may be found for what it no longer holds.
 */
export function withLeft(
  { types = [], conversations = [] }: Pick<CommitDocument, "types" | "conversations">,
  messages: readonly (MessageDocument | null)[],
): Required<Pick<CommitDocument, "messages" | "types" | "conversations">> {
  const left = messages.filter((message) => message !== null)
  const ofLeft = new Set(left.map(({ type }) => type))
  const spoken = new Set(left.map(({ id, correlation = id }) => correlation))
  return {
    messages,
    types: types.filter((type) => ofLeft.has(type)),
    conversations: conversations.filter((conversation) => spoken.has(conversation)),
  }
}
