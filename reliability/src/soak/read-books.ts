import type { Crew } from "./crew/hire.ts"
import { BookList } from "./member/asks.ts"
import type { Books } from "./mill/books.ts"
import type { Ground } from "./open-ground.ts"

/** The books as the process tells them, where nobody else can read its storage; none where the storage is read raw. */
export async function readBooks({ operator }: Crew, ground: Ground): Promise<Books> {
  if (ground.read !== undefined) return new Map()
  const list = await operator.ask({ ask: "books" }, BookList)
  return new Map(list.map(([name, states]) => [name, new Map(states)]))
}
