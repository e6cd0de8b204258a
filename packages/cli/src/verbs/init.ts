import { existsSync } from "node:fs"
import { mkdir, readdir, writeFile } from "node:fs/promises"
import { basename, dirname, join, resolve } from "node:path"
import { createInterface } from "node:readline/promises"

import { CommandFailed, EXIT } from "../exit-codes.ts"
import { outputTo } from "../render/output.ts"
import { type BackendName, BACKENDS } from "../scaffold/backends.ts"
import { projectFiles } from "../scaffold/project-files.ts"

interface InitOptions {
  readonly backend?: BackendName | undefined
  readonly yes?: true | undefined
  readonly json?: true | undefined
}

/** What npm and every storage accept as a name. */
const NAME = /^[a-z][a-z0-9_-]{0,40}$/

/** Makes a project that runs, with a test. Writes nothing into a folder that holds anything. */
export async function init(folder: string, { backend, yes, json }: InitOptions): Promise<void> {
  const path = resolve(folder)
  const name = basename(path)
  if (!NAME.test(name))
    throw new CommandFailed(
      `${name} can not name a project: begin with a small letter, go on with small letters, digits, - and _`,
      EXIT.usage,
    )
  if (existsSync(path) && (await readdir(path)).length > 0)
    throw new CommandFailed(`${folder} is not empty: name a new folder`)
  const chosen = backend ?? (yes === true || !isTerminal() ? "sqlite" : await ask())
  const files = projectFiles(name, chosen)
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(join(path, file)), { recursive: true })
    await writeFile(join(path, file), text)
  }
  outputTo(process.stdout, json === true).answer({ folder: path, backend: chosen, files: Object.keys(files) }, () => {
    const next = [`cd ${folder}`, "npm install", "npm test", "npm start"]
    return [`${folder} is a project on ${chosen}. Next:`, "", ...next.map((line) => `  ${line}`)].join("\n")
  })
}

function isTerminal(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY
}

/** Asks until the answer is one; nothing typed means the first. */
async function ask(): Promise<BackendName> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    for (;;) {
      const answer = (await terminal.question(`Where is its log kept? ${BACKENDS.join(", ")} [sqlite] `)).trim()
      if (answer === "") return "sqlite"
      const found = BACKENDS.find((one) => one === answer.toLowerCase())
      if (found !== undefined) return found
    }
  } finally {
    terminal.close()
  }
}
