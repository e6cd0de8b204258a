// Checks the types of every `ts` block in the documentation, runs those with `// =>`, and follows the links into the repository.
import { join } from "node:path"

import { checkPages } from "./docs/check-pages.ts"
import { checkLinks } from "./docs/links.ts"
import { report } from "./problem.ts"
import { filesBelow, repository } from "./repository.ts"

const pages = filesBelow(repository).filter((path) => path.endsWith(".md") && !/(^|\/)CHANGELOG\.md$|^\./.test(path))
const { blocks, ran, problems } = checkPages(repository, pages, join(repository, "tooling/.generated/docs"))
const dead = pages.flatMap((page) => checkLinks(repository, page))
report("docs", `${pages.length} pages, ${blocks} blocks, ${ran} run`, [...problems, ...dead])
