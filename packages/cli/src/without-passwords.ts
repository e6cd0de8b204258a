/** `//shop:` and whatever follows: in a URL with a mistake, nobody knows where the password ends. */
const IN_URL = /(\/\/[^\s:/@'"]*:)[^\s'"]*/g

/** `shop:secret@`, as in a URL whose beginning was forgotten. */
const BEFORE_HOST = /([^\s:/'"=]+:)[^\s:/@'"]+(?=@)/g

/** What is said of arguments, without what may be a password in them: somebody may have put a URL in another place than it belongs. */
export function withoutPasswords(text: string): string {
  return text.replace(IN_URL, "$1***").replace(BEFORE_HOST, "$1***")
}
