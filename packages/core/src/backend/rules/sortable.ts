/**
 * For a storage that orders text by its UTF-8 bytes (SQLite, Postgres with the "C" collation), while the contract orders by UTF-16 code units:
 * they differ only from U+D800 on. Such units are stored as two characters that sort alike in both. Almost every text comes back from both
 * functions as it went in.
 */
const LEAD = "\uE000"
const HIGH = /[\uD800-\uFFFF]/
const OFFSET = 0xd800 - 0x1000

/** The text as it is stored. */
export function toSortable(text: string): string {
  if (!HIGH.test(text)) return text
  let sortable = ""
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    sortable += unit < 0xd800 ? text.charAt(at) : LEAD + String.fromCharCode(unit - OFFSET)
  }
  return sortable
}

/** The text as it was before `toSortable`. */
export function fromSortable(text: string): string {
  if (!text.includes(LEAD)) return text
  return text.replaceAll(/\uE000(.)/gs, (_, unit: string) => String.fromCharCode(unit.charCodeAt(0) + OFFSET))
}
