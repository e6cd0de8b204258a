import type { KeyedDocument } from "../backend/document.ts"
import type { Decider, SnapshotRules } from "../decider/decider.ts"
import type { FieldError } from "../message/field-error.ts"
import type { StreamId, Version } from "../message/ids.ts"
import type { Json } from "../message/json.ts"
import { loadState } from "../reactor/load-state.ts"
import type { Logger } from "../reactor/logger.ts"
import type { Folded, Snapshots } from "../reactor/snapshots.ts"
import type { Writer } from "../store/writer.ts"
import { createBackground } from "./background.ts"
import { deciderFingerprint } from "./decider-fingerprint.ts"
import type { ReadTogether } from "./read-together.ts"
import { NO_COUNTS, type SnapshotCounts, type SnapshotEvent } from "./snapshot-counts.ts"
import { type KeptSnapshot, snapshotCollection, snapshotDocument, snapshotIn } from "./snapshot-document.ts"
import { SnapshotRefused } from "./snapshot-refused.ts"

/** How many snapshots are made and written at a time. Those due beyond are missed: the next ones of their streams will do. */
const AT_ONCE = 32

/** Of how many streams a process knows up to where they need no new snapshot. */
const STREAMS_KNOWN = 10_000

/** Keeps the snapshots of an app's actors as keyed documents, beside the log and behind it: what a stream's events say is stored before its snapshot is made. */
export interface SnapshotKeeper extends Snapshots {
  /** Makes a snapshot of the log now, due or not. Answers the version it stands at; `undefined` where there is nothing to keep. Throws `SnapshotRefused`, and what reads and writes throw. */
  make(decider: Decider, streamId: StreamId): Promise<Version | undefined>
  counts(decider: Pick<Decider, "name">): SnapshotCounts
  /** Resolves when nothing is being made or written. */
  idle(): Promise<void>
}

export interface KeeperParts {
  readonly reads: ReadTogether
  readonly writer: Writer
  readonly logger: Logger
}

export function createSnapshotKeeper(parts: KeeperParts): SnapshotKeeper {
  return new Keeper(parts)
}

/** What a write came to. */
type Written = "taken" | "newer" | "there" | "overtaken"

class Keeper implements SnapshotKeeper {
  readonly #parts: KeeperParts
  readonly #background = createBackground()
  readonly #counts = new Map<string, Record<SnapshotEvent, number>>()
  readonly #told = new Set<string>()
  /** Below these versions nothing new is due: a snapshot is there, is being made, or was refused. The least recently set out first. */
  readonly #enough = new Map<string, Version>()

  constructor(parts: KeeperParts) {
    this.#parts = parts
  }

  async find(
    decider: Decider,
    streamId: StreamId,
    { version: upto, position }: Parameters<Snapshots["find"]>[2] = {},
  ): ReturnType<Snapshots["find"]> {
    const rules = decider.snapshot
    if (rules === undefined) return undefined
    const found = await this.#document(decider, streamId)
    if (found === undefined) return undefined
    const kept = snapshotIn(found.value)
    if (kept === undefined) return this.#passOver(decider, streamId, "unreadable")
    if (!isMadeBy(decider, rules, kept)) return this.#passOver(decider, streamId, "outdated", kept)
    if (kept.at > (upto ?? kept.at) || kept.position > (position ?? kept.position)) return undefined
    // Where retention has removed its event, the one behind it has to be the next.
    const [event] = await this.#parts.reads.history(streamId, { after: kept.at - 1, upto: kept.at + 1 })
    if (event === undefined || (event.version === kept.at && event.id !== kept.last))
      return this.#passOver(decider, streamId, "foreign", kept)
    const decoded = decodedBy(rules, kept.state)
    if (!decoded.ok) return this.#passOver(decider, streamId, "unreadable", kept)
    this.#count(decider, "used")
    return { version: kept.at, position: kept.position, state: decoded.state }
  }

  take(decider: Decider, streamId: StreamId, folded: Folded): void {
    if (!this.#wants(decider, streamId, folded.version)) return
    const encoded = encodedBy(decider, folded.state)
    if (encoded.ok) this.#beside(decider, streamId, () => this.#write(decider, streamId, folded, encoded.json))
    else this.#refuse(decider, streamId, folded.version, encoded.errors)
  }

  passed(decider: Decider, streamId: StreamId, version: Version): void {
    if (!this.#wants(decider, streamId, version)) return
    this.#beside(decider, streamId, async () => {
      const found = await this.#document(decider, streamId)
      const kept = found === undefined ? undefined : snapshotIn(found.value)
      if (isNewer(decider, kept)) return "newer"
      this.#enough.delete(keyOf(decider, streamId))
      await loadState(decider, streamId, { ...this.#parts.reads, snapshots: this }, { upto: version })
      return "there"
    })
  }

  async make(decider: Decider, streamId: StreamId): Promise<Version | undefined> {
    let folded: Folded | undefined
    const { reads } = this.#parts
    const only: Snapshots = { find: (...asked) => this.find(...asked), take() {}, passed() {} }
    const { instance, failed } = await loadState(decider, streamId, { ...reads, snapshots: only })
    if (failed !== undefined) throw failed.error
    const { version, state } = instance
    const [last] = version === 0 ? [] : await reads.history(streamId, { after: version - 1, upto: version })
    if (last !== undefined) folded = { version, position: last.position, last: last.id, state }
    if (folded === undefined || decider.snapshot === undefined) return undefined
    const encoded = encodedBy(decider, folded.state)
    if (!encoded.ok) throw new SnapshotRefused(decider.name, streamId, encoded.errors)
    this.#count(decider, await this.#write(decider, streamId, folded, encoded.json))
    return version
  }

  counts({ name }: Pick<Decider, "name">): SnapshotCounts {
    return { ...(this.#counts.get(name) ?? NO_COUNTS) }
  }

  async idle(): Promise<void> {
    while (this.#background.size > 0) await this.#background.all()
  }

  /** Puts a snapshot in the place of an older one. Throws `SnapshotRefused`, and what the storage throws. */
  async #write(decider: Decider, streamId: StreamId, folded: Folded, state: Json): Promise<Written> {
    const { version, position, last } = folded
    const found = await this.#document(decider, streamId)
    const kept = found === undefined ? undefined : snapshotIn(found.value)
    if (isNewer(decider, kept)) return "newer"
    const rules = decider.snapshot
    if (rules === undefined) return "there"
    if (kept !== undefined && kept.at >= version && isMadeBy(decider, rules, kept)) return "there"
    const made = {
      version: rules.version,
      fingerprint: deciderFingerprint(decider),
      at: version,
      position,
      last,
      state,
    }
    const put = {
      collection: snapshotCollection(decider),
      id: streamId,
      expectedRevision: found?.revision ?? 0,
      value: snapshotDocument(made),
    }
    const verdict = await this.#parts.writer.submit({ streams: [], documents: [put] })
    if (verdict.kind === "refused")
      throw new SnapshotRefused(decider.name, streamId, [{ path: "", message: verdict.detail }])
    // Where another process was faster, its snapshot is as good.
    return verdict.kind === "appended" ? "taken" : "overtaken"
  }

  #document(decider: Decider, streamId: StreamId): Promise<KeyedDocument | undefined> {
    return this.#parts.reads.document(snapshotCollection(decider), streamId)
  }

  /** Whether a snapshot at this version would be news, as far as this process knows; from now on it is not. */
  #wants(decider: Decider, streamId: StreamId, version: Version): boolean {
    const { snapshot } = decider
    const key = keyOf(decider, streamId)
    if (snapshot === undefined || version < (this.#enough.get(key) ?? 0)) return false
    if (this.#background.size >= AT_ONCE) {
      this.#count(decider, "missed")
      return false
    }
    this.#setEnough(key, (Math.floor(version / snapshot.every) + 1) * snapshot.every)
    return true
  }

  #setEnough(key: string, below: Version): void {
    this.#enough.delete(key)
    this.#enough.set(key, below)
    if (this.#enough.size <= STREAMS_KNOWN) return
    const oldest = this.#enough.keys().next()
    if (oldest.done !== true) this.#enough.delete(oldest.value)
  }

  /** Works beside whoever asked; what fails is counted and told, and nothing else. */
  #beside(decider: Decider, streamId: StreamId, work: () => Promise<Written>): void {
    const working = async (): Promise<void> => {
      try {
        this.#count(decider, await work())
      } catch (error) {
        if (error instanceof SnapshotRefused) {
          this.#refuse(decider, streamId, this.#enough.get(keyOf(decider, streamId)) ?? 0, error.errors)
          return
        }
        this.#count(decider, "missed")
        this.#parts.logger.warn(
          { err: error, actor: decider.name, streamId },
          "a snapshot was not written; the events are, and nothing is lost",
        )
      }
    }
    void this.#background.add(working())
  }

  /** A state that can not be kept now will hardly be later: it is tried again when its stream is twice as long. */
  #refuse(decider: Decider, streamId: StreamId, version: Version, errors: readonly FieldError[]): void {
    this.#setEnough(keyOf(decider, streamId), version * 2)
    this.#count(decider, "refused")
    this.#tellOnce(decider, "refused", () => {
      const err = new SnapshotRefused(decider.name, streamId, errors)
      this.#parts.logger.error({ err, actor: decider.name, streamId }, err.message)
    })
  }

  #passOver(
    decider: Decider,
    streamId: StreamId,
    why: "outdated" | "foreign" | "unreadable",
    kept?: KeptSnapshot,
  ): undefined {
    this.#count(decider, why)
    this.#tellOnce(decider, why, () => {
      const facts = { actor: decider.name, streamId, snapshot: kept?.version, version: decider.snapshot?.version }
      this.#parts.logger.warn(facts, `snapshots of ${decider.name} are passed over (${why}): streams are read whole`)
    })
    return undefined
  }

  #count({ name }: Pick<Decider, "name">, event: SnapshotEvent | Written): void {
    if (event === "there" || event === "overtaken") return
    const counts = this.#counts.get(name) ?? { ...NO_COUNTS }
    counts[event] += 1
    this.#counts.set(name, counts)
  }

  #tellOnce({ name }: Decider, what: string, tell: () => void): void {
    const key = `${what} ${name}`
    if (this.#told.has(key)) return
    this.#told.add(key)
    tell()
  }
}

function keyOf({ name }: Decider, streamId: StreamId): string {
  return `${name} ${streamId}`
}

function isMadeBy(decider: Decider, rules: SnapshotRules, kept: KeptSnapshot): boolean {
  return kept.version === rules.version && kept.fingerprint === deciderFingerprint(decider)
}

/** A process of an earlier release leaves the snapshots of a later one alone, or the two would replace each other's for ever. */
function isNewer({ snapshot }: Decider, kept: KeptSnapshot | undefined): boolean {
  return snapshot !== undefined && kept !== undefined && kept.version > snapshot.version
}

/** A schema that throws, or a getter of the state, is as good as one that refuses. */
function encodedBy(
  { snapshot }: Decider,
  state: unknown,
): { readonly ok: true; readonly json: Json } | { readonly ok: false; readonly errors: readonly FieldError[] } {
  try {
    return snapshot?.codec.encode(state) ?? { ok: false, errors: [] }
  } catch (error) {
    return { ok: false, errors: [{ path: "", message: error instanceof Error ? error.message : String(error) }] }
  }
}

function decodedBy({ codec }: SnapshotRules, state: Json): ReturnType<SnapshotRules["codec"]["decode"]> {
  try {
    return codec.decode(state)
  } catch (error) {
    return { ok: false, errors: [{ path: "", message: error instanceof Error ? error.message : String(error) }] }
  }
}
