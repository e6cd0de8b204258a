// Checks that every tag in the title of a test, or of a conformance rule, names a clause or a lesson that exists.
import { Visitor } from "oxc-parser"

import { readSource } from "./arrows/source.ts"
import { type Problem, report } from "./problem.ts"
import { filesBelow, repository } from "./repository.ts"
import { readPromises } from "./rows/promises.ts"
import { readTags } from "./rows/tags.ts"

const promises = readPromises()
const files = filesBelow(repository).filter((path) => /^(packages|examples|reliability)\/.*\.ts$/.test(path))
const problems: Problem[] = files.flatMap((path) => {
  const source = readSource(repository, path)
  const found: Problem[] = []
  const look = (text: string, offset: number) => {
    for (const says of readTags(text, promises).wrong) found.push({ file: path, line: source.lineAt(offset), says })
  }
  new Visitor({
    Literal: (node) => {
      if (typeof node.value === "string") look(node.value, node.start)
    },
    TemplateElement: (node) => look(node.value.raw, node.start),
  }).visit(source.program)
  return found
})
report("tags", `${files.length} files`, problems)
