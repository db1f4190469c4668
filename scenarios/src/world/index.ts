export { type Answer, answerTo, inCrowd, inTurn } from './answer.ts'
export { lookUp, ttlOf } from './cached.ts'
export { closeAtTheEnd, lookAt } from './circuits.ts'
export { countWaiting, type HeldTable, holdTable, openSession, openSessions } from './hold-table.ts'
export {
  createOrder,
  createPayment,
  createPayments,
  createUser,
  createUsers,
  deleteAtTheEnd,
  deleteIfThere,
  newKey,
} from './objects.ts'
export { restarted, startAgain, stopped } from './parts.ts'
export { keepsItsPicture } from './repeatable-read.ts'
export { sees } from './sees.ts'
export { timeSlowly } from './slowly.ts'
export { isCacheInUse, isWell } from './steady-state.ts'
export { type AnyLab, type LabPlatform, type OpenWorld, openWorld, type World } from './world.ts'
