import type { Known, Stage } from "../src/audit/audit.ts"
import type { Evidence, LoggedMessage, StoredGroup } from "../src/audit/evidence.ts"
import type { Kind } from "../src/audit/findings.ts"

/** A defect, and what the audit has to say of it. */
export interface Defect {
  readonly name: string
  readonly plant: (evidence: Evidence, known: Known) => { readonly evidence: Evidence; readonly known: Known }
  readonly kind: Kind
  readonly says: RegExp
  readonly stage?: Stage
}

type Change = (message: LoggedMessage) => Partial<LoggedMessage>

/** Changes the first message of a type. */
function change(type: string, by: Change): Defect["plant"] {
  return (evidence, known) => {
    const at = evidence.messages.findIndex((message) => message.type === type)
    const messages = evidence.messages.map((message, index) =>
      index === at ? { ...message, ...by(message) } : message,
    )
    return { evidence: { ...evidence, messages }, known }
  }
}

function changeGroup(name: string, by: (group: StoredGroup) => Partial<StoredGroup>): Defect["plant"] {
  return (evidence, known) => {
    const groups = evidence.groups.map((group) => (group.name === name ? { ...group, ...by(group) } : group))
    return { evidence: { ...evidence, groups }, known }
  }
}

/** Changes what the first account was answered. */
function answered(standing: "stored" | "refused", id: (evidence: Evidence) => string): Defect["plant"] {
  return (evidence, known) => ({
    evidence,
    known: { ...known, journal: new Map([...known.journal, [id(evidence), standing]]) },
  })
}

const idOf = (type: string) => (evidence: Evidence) => evidence.messages.find((one) => one.type === type)?.id ?? ""

export const defects: readonly Defect[] = [
  {
    name: "a message that was acknowledged and is not there",
    plant: answered("stored", () => "nowhere"),
    kind: "lost",
    says: /nowhere was acknowledged/,
  },
  {
    name: "a message that was refused and is there",
    plant: answered("refused", idOf("chaos.counted")),
    kind: "doubled",
    says: /was refused and is at position/,
  },
  {
    name: "an id that is there twice",
    plant: (evidence, known) => change("chaos.rung", () => ({ id: idOf("chaos.sent")(evidence) }))(evidence, known),
    kind: "doubled",
    says: /the id \S+ is there again at position \d+ \(chaos.rung\)/,
  },
  {
    name: "two messages in one place",
    plant: change("chaos.rung", ({ position }) => ({ position: position - 1 })),
    kind: "positions",
    says: /position \d+ comes after/,
  },
  {
    name: "a head that is not the last message's",
    plant: (evidence, known) => ({ evidence: { ...evidence, head: evidence.head + 1 }, known }),
    kind: "positions",
    says: /the log's head is/,
  },
  {
    name: "a message in another stream's partition",
    plant: change("chaos.rung", ({ partition = 0 }) => ({ partition: partition + 1 })),
    kind: "torn",
    says: /lies in partition/,
  },
  {
    name: "an instant before the one before it",
    plant: change("chaos.rung", () => ({ recordedAt: 1 })),
    kind: "reordered",
    says: /was recorded before/,
  },
  {
    name: "a transfer that nobody decided",
    plant: change("chaos.sent", () => ({ causationId: "nobody" })),
    kind: "lost",
    says: /chaos.transfer at position \d+ of account-\d was never decided/,
  },
  {
    name: "a transfer that the account could not pay",
    plant: change("chaos.sent", () => ({ payload: { amount: 1_000, to: "account-1" } })),
    kind: "sums",
    says: /is not covered/,
  },
  {
    name: "a transfer that was declined and could be paid",
    plant: change("chaos.declined", () => ({ payload: { amount: 1 } })),
    kind: "sums",
    says: /was covered/,
  },
  {
    name: "money that was made",
    plant: change("chaos.received", () => ({ payload: { amount: 11 } })),
    kind: "sums",
    says: /all accounts hold/,
  },
  {
    name: "an effect in another stream",
    plant: change("chaos.mirrored", () => ({ streamId: "mirror-elsewhere" })),
    kind: "torn",
    says: /has led to a message in mirror-elsewhere/,
  },
  {
    name: "what was scheduled and came too early",
    plant: change("chaos.ring", ({ recordedAt }) => ({ payload: { due: recordedAt + 5 } })),
    kind: "schedules",
    says: /came 5 ms before it was due/,
  },
  {
    name: "a schedule that still waits",
    plant: (evidence, known) => ({ evidence: { ...evidence, schedules: 1 }, known }),
    kind: "schedules",
    says: /1 schedules still wait/,
  },
  {
    name: "a counter with a gap",
    plant: change("chaos.counted", () => ({ payload: { n: 3 } })),
    kind: "versions",
    says: /was appended as version 3, and is 1/,
  },
  {
    name: "a group that has stopped",
    plant: changeGroup("tally", () => ({ active: false, stopped: "an error" })),
    kind: "progress",
    says: /tally has stopped: an error/,
  },
  {
    name: "a group that is not there",
    plant: (evidence, known) => ({
      evidence: { ...evidence, groups: evidence.groups.filter(({ name }) => name !== "greet") },
      known,
    }),
    kind: "progress",
    says: /there is no group greet/,
  },
  {
    name: "a stream that waits by itself",
    plant: changeGroup("mirror", () => ({
      lanes: [{ key: "account-1", partition: 0, next: 1, parked: false, holder: undefined, error: "WorkerDied" }],
    })),
    kind: "lanes",
    says: /mirror: the lane of account-1 is open at 1: WorkerDied/,
  },
  {
    name: "a dead letter that is not listed",
    plant: (evidence, known) => ({ evidence, known }),
    stage: "broken",
    kind: "lost",
    says: /post: parcel-1 is set aside at undefined/,
  },
  {
    name: "a dead letter of nothing that fails",
    plant: changeGroup("post", () => ({
      lanes: [{ key: "parcel-1", partition: 0, next: 1, parked: true, holder: undefined, error: "Trouble" }],
    })),
    kind: "lanes",
    says: /post: parcel-1 is set aside at 1, where nothing always fails/,
  },
]
