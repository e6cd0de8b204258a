import { type App, type Backend, createApp, silentLogger } from "@millrace/core"

import { Darkroom } from "./darkroom.ts"
import { developers, DevelopFilm, FilmActor, FilmDone, PictureTaken } from "./film.ts"

/** How many pictures a film has. */
export const PICTURES = 8

const ROLL = "roll-1"
const FILM = "film-1"

/** Does the same work in one stream and in many, and says how long each took. */
export async function story(backend: string | Backend, say: (line: string) => void): Promise<void> {
  await alone(backend, "one stream: in turn", say, async (app, darkroom) => {
    const pictures = Array.from({ length: PICTURES }, (_, at) => PictureTaken(ROLL, { picture: at + 1 }))
    await app.appendNextToStream(ROLL, pictures)
    await untilNothingWaits(app)
    say(`developed ${darkroom.order.join(" ")} · one at a time: ${darkroom.most === 1 ? "yes" : "no"}`)
  })
  await alone(backend, "a stream each: side by side, and joined", say, async (app, darkroom) => {
    await app.dispatch(DevelopFilm(FILM, { pictures: PICTURES }))
    await untilNothingWaits(app)
    const done = (await app.readStream(FILM)).filter(({ type }) => type === FilmDone.type).length
    const developed = darkroom.order.toSorted((one, other) => one - other).join(" ")
    say(`developed ${developed} · several at a time: ${darkroom.most > 1 ? "yes" : "no"}`)
    say(`the film was done ${done === 1 ? "once" : `${done} times`}, when its last picture was`)
  })
}

/** One way of doing it, with a worker for each picture. */
async function alone(
  backend: string | Backend,
  title: string,
  say: (line: string) => void,
  play: (
    app: Pick<App, "appendNextToStream" | "dispatch" | "readStream" | "groups">,
    darkroom: Darkroom,
  ) => Promise<void>,
): Promise<void> {
  const darkroom = new Darkroom()
  const { inTurn, sideBySide } = developers(darkroom)
  const app = await createApp({ backend, reactors: [FilmActor, inTurn, sideBySide], logger: silentLogger })
  try {
    await app.start({ concurrency: PICTURES, processName: "darkroom" })
    say(`# ${title}`)
    const began = performance.now()
    await play(app, darkroom)
    say(`${Math.round(performance.now() - began)} ms`)
    await app.stop()
  } finally {
    await app.close()
  }
}

/** How often the groups are looked at. */
const LOOK_MS = 5

async function untilNothingWaits(app: Pick<App, "groups">): Promise<void> {
  while ((await app.groups()).some(({ lag }) => lag > 0)) await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
}
