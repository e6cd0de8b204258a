/** No MongoDB could be started here. */
export class NoMongo extends Error {
  override readonly name = "NoMongo"
  readonly code = "no-mongo"
}
