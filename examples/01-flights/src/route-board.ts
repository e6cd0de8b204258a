import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises"
import { join } from "node:path"

/** Flights and delays from an airport (by its stream) to each of its destinations. */
export interface AirportRoutes {
  readonly id: string
  readonly routes: Record<string, { readonly flights: number; readonly delay: number }>
}

/** Where the board of routes is. Worker processes inherit the setting. */
const SETTING = "FLIGHTS_BOARD"

/** Puts the board into a folder, for this process and the workers it starts. */
export async function openBoard(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  process.env[SETTING] = folder
}

let writes = 0

/** Writes an airport's file, whole: a reader sees the one before or this one. */
export async function writeRoutes(routes: AirportRoutes): Promise<void> {
  const file = join(boardFolder(), `${routes.id}.json`)
  const draft = `${file}.${process.pid}.${(writes += 1)}.tmp`
  await writeFile(draft, JSON.stringify(routes))
  await rename(draft, file)
}

/** All files of the board, unread: what is in them is for the proof to judge. */
export async function readBoard(): Promise<readonly unknown[]> {
  const names = (await readdir(boardFolder())).filter((name) => name.endsWith(".json"))
  return Promise.all(
    names.map(async (name): Promise<unknown> => JSON.parse(await readFile(join(boardFolder(), name), "utf8"))),
  )
}

function boardFolder(): string {
  const folder = process.env[SETTING]
  if (folder === undefined) throw new Error(`no board: call openBoard, or set ${SETTING} to a folder`)
  return folder
}
