/** The URL of a database on a MongoDB server: `mongodb://host:1,host:2/?a=b` and `shop` make `mongodb://host:1,host:2/shop?a=b`. */
export function databaseUrl(url: string, database: string): string {
  const [, server, query] = /^(mongodb(?:\+srv)?:\/\/[^/?]+)(?:\/[^?]*)?(\?.*)?$/.exec(url) ?? []
  if (server === undefined) throw new TypeError(`not the URL of a MongoDB server: ${JSON.stringify(url)}`)
  return `${server}/${encodeURIComponent(database)}${query ?? ""}`
}
