import { execFileSync } from "node:child_process"
import { cpus, loadavg, release, totalmem, type } from "node:os"

import { busyShare } from "./busy-share.ts"
import { fsyncRate } from "./fsync-rate.ts"

/** What a figure depends on besides the code: printed and kept with every run. */
export interface Environment {
  readonly cpu: string
  readonly cores: number
  readonly memoryGiB: number
  readonly kernel: string
  /** The mean number of processes that ran or waited for the disk in the minute before. */
  readonly loadBefore: number
  /** The share of the processors' time that was taken right before. Not in records of before 2026-11-22. */
  readonly busyBefore?: number
  readonly fsyncsPerSecond: number
  readonly node: string
  /** The storage's version and settings. */
  readonly storage: Readonly<Record<string, string>>
  /** The version of each peer that took part. */
  readonly peers: Readonly<Record<string, string>>
  readonly commit: string
  readonly command: string
  readonly seed: number
  readonly at: string
}

/** What is known of a run before it starts. */
export interface RunFacts {
  readonly folder: string
  readonly seed: number
  readonly storage: Readonly<Record<string, string>>
  readonly peers: Readonly<Record<string, string>>
}

export async function describeEnvironment({ folder, seed, storage, peers }: RunFacts): Promise<Environment> {
  const busyBefore = Number((await busyShare()).toFixed(2))
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: `${type()} ${release()}`,
    loadBefore: Number((loadavg()[0] ?? 0).toFixed(2)),
    busyBefore,
    fsyncsPerSecond: fsyncRate(folder),
    node: process.version,
    storage,
    peers,
    commit: commitInUse(),
    command: ["npm run bench --", ...process.argv.slice(2)].join(" "),
    seed,
    at: new Date().toISOString(),
  }
}

/** What a run writes changes no figure. */
const OWN_OUTPUT = ":(top,exclude)benchmarks/results"

/** The commit checked out, marked when files differ from it. */
export function commitInUse(): string {
  try {
    const git = (...words: string[]) =>
      execFileSync("git", words, { cwd: import.meta.dirname, encoding: "utf8" }).trim()
    const changed =
      git("status", "--porcelain", "--untracked-files=no", ":/packages", ":/benchmarks", OWN_OUTPUT) !== ""
    return git("rev-parse", "--short=12", "HEAD") + (changed ? " with changes" : "")
  } catch {
    return "unknown"
  }
}
