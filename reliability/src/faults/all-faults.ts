import type { FaultKind } from "../plan/fault-kinds.ts"
import type { MakeFault } from "./fault.ts"
import { resetGroup, retryLetters, stopGroup } from "./group-faults.ts"
import { blackhole, cut, delay, halfClose, loseAnswers, onNetwork, refuse } from "./network-faults.ts"
import { freezeWorker, killClient, killWorker, replaceWorker } from "./process-faults.ts"
import { fillDisk, freezeServer, killServer, takeLock } from "./storage-faults.ts"

/** How each kind of fault is made. */
export const allFaults: Readonly<Record<FaultKind, MakeFault>> = {
  "worker killed": killWorker,
  "worker frozen": freezeWorker,
  "worker replaced by the other release": replaceWorker,
  "client killed": killClient,
  "connections cut": onNetwork(cut),
  "connections half-closed": onNetwork(halfClose),
  "connections delayed": onNetwork(delay),
  "connections blackholed": onNetwork(blackhole),
  "connections refused": onNetwork(refuse),
  "answers lost": onNetwork(loseAnswers),
  "server killed and restarted": killServer,
  "server frozen": freezeServer,
  "disk full": fillDisk,
  "write lock taken": takeLock,
  "group reset": resetGroup,
  "group stopped and started": stopGroup,
  "dead letters sent back": retryLetters,
}
