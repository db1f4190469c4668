// What the experiment on circuits says of what it sees.
import type { Text } from '@msctl/scenarios'

const seconds = (ms: number) => (ms / 1000).toFixed(1)

export const STAYS_OPEN = (service: string): Text => ({
  en: `the circuit of ${service} to stay open`,
  ru: `цепь ${service} остаётся открытой`,
})
export const FIRST_TRIAL = (service: string): Text => ({
  en: `the trial of ${service}, which is to fail`,
  ru: `пробный запрос к ${service}, который не должен пройти`,
})
export const SECOND_TRIAL = (service: string): Text => ({
  en: `the trial of ${service}, which is to succeed`,
  ru: `пробный запрос к ${service}, который должен пройти`,
})

export const COUNTS_NOT_FOUND = (count: number): Text => ({
  en: `After ${count} answers of 404 in a row a request for something that exists is refused: a 404 is an answer, not a failure.`,
  ru: `После ${count} ответов 404 подряд не проходит и запрос к существующему объекту: 404 — это ответ, а не сбой.`,
})
export const EARLY_OPENING: Text = {
  en: 'After four failures in a row the circuit is already open, and with the service back it is still refused.',
  ru: 'После четырёх неудач подряд цепь уже открыта: сервис вернулся, а запрос отклонён.',
}
export const NOT_IN_A_ROW: Text = {
  en: 'Four failures, a success, four failures: the circuit is open, though five in a row there were none. A success has to start the count anew.',
  ru: 'Четыре неудачи, успех, четыре неудачи: цепь открыта, хотя пяти подряд не было. Успех должен обнулять счётчик.',
}
export const NOT_OPENED: Text = {
  en: 'After five failures in a row the circuit is not open: with the service back, a request got through to it.',
  ru: 'После пяти неудач подряд цепь не открылась: сервис вернулся, и запрос до него дошёл.',
}
export const ODD_REFUSAL: Text = {
  en: 'An open circuit answers with something else than 502, 503 or 504.',
  ru: 'Открытая цепь отвечает не 502, 503 и не 504.',
}
export const SLOW_REFUSAL = (ms: number, allowedMs: number): Text => ({
  en: `The quickest refusal took ${Math.round(ms)} ms, where ${Math.round(allowedMs)} ms would be generous: it waits for something.`,
  ru: `Самый быстрый отказ занял ${Math.round(ms)} мс, хотя и ${Math.round(allowedMs)} мс было бы щедро: он чего-то ждёт.`,
})
export const LEAKED: Text = {
  en: 'A POST that was refused while the circuit was open has reached the service all the same: its object is there.',
  ru: 'POST, отклонённый при открытой цепи, всё равно дошёл до сервиса: его объект существует.',
}
export const REFUSED_YET_SENT = (count: number): Text => ({
  en: `${count} of the requests that were refused while the circuit was open have reached the service all the same.`,
  ru: `Запросов, которые отклонены при открытой цепи, но всё равно дошли до сервиса: ${count}.`,
})
export const NOT_REOPENED = (afterMs: number, resetMs: number): Text => ({
  en: `${seconds(afterMs)} s after a trial that failed a request got through: a failed trial has to open the circuit for another ${seconds(resetMs)} s.`,
  ru: `Через ${seconds(afterMs)} с после неудачного пробного запроса другой запрос прошёл: неудача должна снова открыть цепь на ${seconds(resetMs)} с.`,
})
export const WRONG_RESET = (sinceOpenMs: number, sinceTrialMs: number, resetMs: number): Text => ({
  en: `A request got through ${seconds(sinceOpenMs)} s after the circuit opened, ${seconds(sinceTrialMs)} s after the trial at ${seconds(resetMs * 1.07)} s was to fail: that fits no reset of ${seconds(resetMs)} s.`,
  ru: `Запрос прошёл через ${seconds(sinceOpenMs)} с после открытия цепи и через ${seconds(sinceTrialMs)} с после пробного запроса на ${seconds(resetMs * 1.07)}-й секунде: это не похоже на ожидание ${seconds(resetMs)} с.`,
})
export const NEVER = (ms: number): Text => ({
  en: `Nothing got through for ${seconds(ms)} s after the failed trial, though the service was back.`,
  ru: `За ${seconds(ms)} с после неудачного пробного запроса ничего не прошло, хотя сервис вернулся.`,
})
export const SEVERAL = (count: number, sent: number): Text => ({
  en: `Of ${sent} requests at once, ${count} got through to the service instead of one.`,
  ru: `Из ${sent} одновременных запросов до сервиса дошли ${count}, а не один.`,
})
export const NOT_CLOSED: Text = {
  en: 'The trial succeeded, but requests after it are still refused.',
  ru: 'Пробный запрос прошёл, но следующие всё ещё отклоняются.',
}
export const NOT_SHOWN_CLOSED = (written: string): Text => ({
  en: `The trial succeeded, but the circuit shows ${written}.`,
  ru: `Пробный запрос прошёл, но цепь показывает ${written}.`,
})
export const COUNTS_ON = (count: number): Text => ({
  en: `The circuit is closed, but its failure count is still ${count}: a single further failure may open it.`,
  ru: `Цепь закрыта, но счётчик неудач всё ещё ${count}: её может открыть одна новая неудача.`,
})
export const SHOWN = (written: string, wanted: string): Text => ({
  en: `/health shows ${written === '' ? 'no state' : written} where it should be ${wanted}.`,
  ru: `/health показывает ${written === '' ? 'неизвестно что' : written}, а должно быть ${wanted}.`,
})
export const NO_COUNT: Text = {
  en: '/health shows no failure_count.',
  ru: '/health не показывает failure_count.',
}
export const WRONG_COUNT = (count: number, wanted: number): Text => ({
  en: `/health shows a failure_count of ${count} after ${wanted} failures in a row.`,
  ru: `/health показывает failure_count ${count} после ${wanted} неудач подряд.`,
})
export const AWAY_FOR_OTHERS = (service: string, other: string): Text => ({
  en: `While the circuit of ${service} is open, ${other} is refused, too.`,
  ru: `Пока цепь ${service} открыта, не отвечает и ${other}.`,
})
export const SHOWN_FOR_OTHERS = (service: string, other: string, written: string): Text => ({
  en: `While the circuit of ${service} is open, that of ${other} shows ${written}.`,
  ru: `Пока цепь ${service} открыта, цепь ${other} показывает ${written}.`,
})

// --- What keeps a verdict from being given

export const NO_TABLE: Text = {
  en: 'The service’s table is not where it was looked for, so requests that reach it could not be held and counted.',
  ru: 'Таблица сервиса не нашлась, поэтому дошедшие до него запросы нельзя было задержать и сосчитать.',
}
export const NOT_HELD: Text = {
  en: 'The service’s table could not be locked, so requests that reach it could not be held and counted: ',
  ru: 'Таблицу сервиса не удалось заблокировать, поэтому дошедшие до него запросы нельзя было задержать и сосчитать: ',
}
export const PAST_TABLE: Text = {
  en: 'The service answered past its table, so requests that reach it could not be held and counted.',
  ru: 'Сервис отвечает в обход своей таблицы, поэтому дошедшие до него запросы нельзя было задержать и сосчитать.',
}
export const TRIAL_MISSED: Text = {
  en: 'The circuit had closed before the requests that are counted at half-open could be sent.',
  ru: 'Цепь замкнулась раньше, чем удалось отправить запросы, которые считаются в полуоткрытом состоянии.',
}
export const STOP_WITHOUT_EFFECT = (service: string): Text => ({
  en: `The control said that ${service} was stopped, but it answers.`,
  ru: `Программа управления сообщила, что ${service} остановлен, но он отвечает.`,
})
export const NOT_BACK = (service: string): Text => ({
  en: `The control said that ${service} was started, and its circuit is closed, but it does not answer.`,
  ru: `Программа управления сообщила, что ${service} запущен, и его цепь закрыта, но он не отвечает.`,
})
export const TOO_SLOW = (service: string): Text => ({
  en: `Starting ${service} took so long that its circuit may have been due to try again.`,
  ru: `Запуск ${service} занял столько времени, что цепь могла уже пробовать снова.`,
})
export const STUMBLED = (service: string): Text => ({
  en: `The trial of ${service} was let through but took so long that it failed: this machine has too much to do to judge its circuit.`,
  ru: `Пробный запрос к ${service} прошёл, но длился так долго, что не удался: машина слишком загружена, чтобы судить о цепи.`,
})
export const UNTOLD = (service: string): Text => ({
  en: `${service} did not answer after it was started, and /health does not say whether its circuit was closed before.`,
  ru: `${service} не ответил после запуска, а /health не говорит, была ли его цепь закрыта.`,
})
