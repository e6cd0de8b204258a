import { deepEqual, equal } from "node:assert/strict"

import type { Append, DocumentPut, Json } from "@millrace/core/backend"

import { appendOne, kinds, to } from "../build/appending.ts"
import { event } from "../build/messages.ts"
import { readAll } from "../build/reading.ts"
import { type Rule, rule } from "../rule.ts"

const put = (id: string, expectedRevision: DocumentPut["expectedRevision"], value: Json | undefined): Append => ({
  streams: [],
  documents: [{ collection: "carts", id, expectedRevision, value }],
})

/** Small keyed documents. */
export const documentRules: readonly Rule[] = [
  rule("documents rise by one revision with each put, from 1 [M4.a]", async ({ backend }) => {
    deepEqual(
      kinds(await backend.append([put("a", 0, { n: 1 }), put("a", 1, { n: 2 }), put("a", "any", [null, "x", 1.5])])),
      ["appended", "appended", "appended"],
    )
    deepEqual(await backend.documents({ collection: "carts", ids: ["a"] }), [
      { collection: "carts", id: "a", revision: 3, value: [null, "x", 1.5] },
    ])
  }),

  rule(
    "documents are put only at the revision expected, and nothing else of that append is stored",
    async ({ backend }) => {
      await backend.append([put("a", 0, 1)])
      const verdict = await appendOne(backend, {
        streams: [{ streamId: "s", expected: "any", messages: [event("s")] }],
        documents: [
          { collection: "carts", id: "b", expectedRevision: 0, value: 1 },
          { collection: "carts", id: "a", expectedRevision: 0, value: 2 },
        ],
      })
      deepEqual(verdict, {
        kind: "document-conflict",
        collection: "carts",
        id: "a",
        expectedRevision: 0,
        actualRevision: 1,
      })
      equal((await readAll(backend)).length, 0)
      deepEqual(
        (await backend.documents({ collection: "carts", limit: 9 })).map(({ id, revision, value }) => [
          id,
          revision,
          value,
        ]),
        [["a", 1, 1]],
      )
    },
  ),

  rule("documents are written with the messages of their append", async ({ backend }) => {
    const verdict = await appendOne(backend, to("s", [event("s")], "no-stream", put("a", 0, "with a message")))
    equal(verdict.kind, "appended")
    deepEqual(
      (await backend.documents({ collection: "carts", ids: ["a"] })).map(({ value }) => value),
      ["with a message"],
    )
  }),

  rule("documents that were deleted are absent, and start at revision 1 again", async ({ backend }) => {
    await backend.append([put("a", 0, 1), put("a", 1, 2)])
    deepEqual(kinds(await backend.append([put("a", 1, undefined), put("a", 2, undefined)])), [
      "document-conflict",
      "appended",
    ])
    deepEqual(await backend.documents({ collection: "carts", ids: ["a"] }), [])
    deepEqual(await backend.documents({ collection: "carts", limit: 9 }), [])
    deepEqual(kinds(await backend.append([put("a", 2, 3), put("a", 0, 3)])), ["document-conflict", "appended"])
    deepEqual(
      (await backend.documents({ collection: "carts", ids: ["a"] })).map(({ revision }) => revision),
      [1],
    )
  }),

  rule("documents hold null as a value, not as a deletion", async ({ backend }) => {
    await backend.append([put("a", 0, null)])
    deepEqual(await backend.documents({ collection: "carts", ids: ["a"] }), [
      { collection: "carts", id: "a", revision: 1, value: null },
    ])
  }),

  rule("documents asked for by id come with the absent ones left out", async ({ backend }) => {
    await backend.append([put("a", 0, 1), put("c", 0, 3)])
    const found = await backend.documents({ collection: "carts", ids: ["c", "b", "a"] })
    deepEqual(found.map(({ id }) => id).toSorted(), ["a", "c"])
    deepEqual(await backend.documents({ collection: "other", ids: ["a"] }), [])
  }),

  rule("documents list by id in code-unit order, a page at a time, collections apart", async ({ backend }) => {
    const ids = ["b", "a", "B", "ä", "a-2", "a-10", "😀", "\uffee", " ", "Z"]
    await backend.append([
      ...ids.map((id) => put(id, 0, id)),
      { streams: [], documents: [{ collection: "cartsx", id: "aa", expectedRevision: 0, value: 1 }] },
    ])
    const found: string[] = []
    let after: string | undefined
    for (let pages = 0; pages < 10; pages += 1) {
      const page = await backend.documents({ collection: "carts", limit: 3, ...(after === undefined ? {} : { after }) })
      if (page.length === 0) break
      found.push(...page.map(({ id }) => id))
      after = page.at(-1)?.id
    }
    deepEqual(found, ids.toSorted())
  }),

  rule(
    "documents put by many at one revision are put by one of them, through two backend objects",
    async ({ backend, reopen }) => {
      const other = await reopen()
      const verdicts = await Promise.all(
        Array.from({ length: 10 }, (_, at) => appendOne(at % 2 === 0 ? backend : other, put("a", 0, at))),
      )
      equal(kinds(verdicts).filter((kind) => kind === "appended").length, 1)
      deepEqual(
        (await backend.documents({ collection: "carts", ids: ["a"] })).map(({ revision }) => revision),
        [1],
      )
    },
  ),
]
