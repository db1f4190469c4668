export { type Answer, answerTo, inParallel, inTurn } from './answer.ts'
export { countBypassed, leaveOpenIfBypassed, TOO_SLOW } from './bypassed.ts'
export {
  countWaiting,
  type HeldTable,
  holdTable,
  openSession,
  openSessions,
  timeWithSlowServices,
} from './hold-table.ts'
export { type LabPlatform, labPlatform } from './lab-platform.ts'
export {
  createOrder,
  createPayment,
  createPayments,
  createUser,
  createUsers,
  deleteAtEnd,
  deleteIfThere,
  newIdempotencyKey,
} from './objects.ts'
export { closeCircuitAtEnd, readKey, showCircuit } from './observe.ts'
export { restarted, startService, stopped } from './parts.ts'
export { snapshotReads } from './snapshot-reads.ts'
export { checkCacheInUse, checkPlatform } from './steady-state.ts'
export { type AnyLab, type OpenWorld, openWorld, type World } from './world.ts'
