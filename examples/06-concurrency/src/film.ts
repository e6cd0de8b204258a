import { actor, command, event, handler } from "@millrace/core"
import * as Schema from "effect/Schema"

import type { Darkroom } from "./darkroom.ts"

const Film = Schema.Struct({ pictures: Schema.Int })
const Picture = Schema.Struct({ picture: Schema.Int })
const OfFilm = Schema.Struct({ film: Schema.String, picture: Schema.Int })

/** One of many things to be done, one after another: they are in one stream. */
export const PictureTaken = event("roll.picture_taken", Picture)

/** The same things, to be done side by side: each goes to a stream of its own. */
export const DevelopFilm = command("film.develop", Film)
export const FilmStarted = event("film.started", Film)
export const DevelopPicture = command("picture.develop", OfFilm)
export const NotePicture = command("film.note_picture", Picture)
export const PictureDone = event("film.picture_done", Picture)
export const FilmDone = event("film.done", Film)

/** A film spreads its pictures over streams of their own, and joins what comes back: it is done when the last one is. */
export const FilmActor = actor("film", (id) => ({ id, pictures: 0, done: new Array<number>() }))
  .event(FilmStarted, (film, { payload }) => {
    film.pictures = payload.pictures
  })
  .event(PictureDone, (film, { payload }) => {
    film.done.push(payload.picture)
  })
  .event(FilmDone, () => {})
  .command(DevelopFilm, (film, { payload }, { event }) => {
    if (film.pictures === 0) event(FilmStarted, payload)
  })
  .command(NotePicture, (film, { payload }, { event }) => {
    if (film.done.includes(payload.picture)) return
    event(PictureDone, payload)
    if (film.done.length === film.pictures) event(FilmDone, { pictures: film.pictures })
  })
  .reaction(FilmStarted, (film, { payload }, { dispatch }) => {
    for (let picture = 1; picture <= payload.pictures; picture += 1)
      dispatch(DevelopPicture, { film: film.id, picture }).to(`picture-${film.id}.${picture}`)
  })

/** Whoever does the work does not know how much of it runs at a time: the streams say it. */
export function developers(darkroom: Darkroom) {
  return {
    inTurn: handler("develop_in_turn").on(PictureTaken, ({ payload }) => darkroom.develop(payload.picture)),
    sideBySide: handler("develop_side_by_side").on(DevelopPicture, async ({ payload: { film, picture } }) => {
      await darkroom.develop(picture)
      return NotePicture(film, { picture })
    }),
  }
}
