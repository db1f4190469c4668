import type { GraderFailures } from '@msctl/grader/failure'
import { nearestName } from '../nearest-name.ts'
import { type Explanations, quote } from './explanations.ts'
import type { Texts } from './language.ts'

const en: Explanations<GraderFailures> = {
  'compose-map': ({ role, candidates, given }) => ({
    what:
      given === undefined
        ? `Which service of the Compose file is ${role} cannot be told.`
        : `The Compose file has no service ${given}, which --map names.`,
    why: candidates.length === 0 ? 'It has no services.' : `It could be: ${candidates.join(', ')}`,
    next: `Say which it is: --map ${role}=NAME; or that there is none: --map ${role}=none`,
  }),
  'input-unusable': ({ name, path, reason }) => ({
    what:
      reason === 'missing'
        ? `There is no ${path}.`
        : reason === 'no-folder'
          ? `${path} is not a folder.`
          : `${path} is not a program that can be run.`,
    why: `It is what ${name} names, and is looked at before anything is started.`,
    next: reason === 'no-program' ? `Make it executable: chmod +x ${path}` : 'Check the path',
  }),
  'compose-file-missing': ({ file }) => ({
    what: `There is no ${file}.`,
    why: '--compose names the Compose file of the submission.',
    next: 'Check the path',
  }),
  'docker-failed': ({ command, output }) => ({
    what: `The submission could not be built or started on this machine: ${command}`,
    why: `It said:${quote(output)}`,
    next: 'This is no failure of the submission: mend the machine or its network, and grade it again',
  }),
  'machine-busy': ({ seconds, missing }) => ({
    what: `Nothing answered within ${seconds} s, and this machine is too busy to tell why.`,
    why: `No part has ended by itself:${quote(missing)}`,
    next: 'This is no failure of the submission: grade it again when the machine is less busy',
  }),
  'unknown-check': ({ given, known }) => {
    const meant = nearestName(given, known)
    return {
      what: `There is no criterion or check called "${given}".${meant === undefined ? '' : ` Did you mean ${meant}?`}`,
      why: '--only and --skip take criteria, checks, and the beginnings of their names.',
      next: 'docs/grading.md lists all of them',
    }
  },
  'no-submissions': ({ folder }) => ({
    what: `There is nothing to grade in ${folder}.`,
    why: 'Each submission is a folder in it, with a Compose file or a submission.json.',
    next: 'Name the folder that holds the submissions: msctl grade path/to/submissions',
  }),
  'compose-refused': ({ service, reason }) => ({
    what: `The Compose file cannot be graded safely: ${service}.`,
    why: `This service would reach out of its container: ${reason}.`,
    next: 'Look at the submission by hand; or start it yourself and grade it with msctl verify --url',
  }),
  'report-unwritable': ({ file, reason }) => ({
    what: `The report cannot be written to ${file}.`,
    why: reason,
    next: 'Name another file: --report FORMAT=FILE',
  }),
  'report-unreadable': ({ file, reason }) => ({
    what: `${file} cannot be used as a report.`,
    why: reason,
    next: 'Name a JSON report as msctl verify writes it: --report json=FILE',
  }),
  'grades-unreadable': ({ file, reason }) => ({
    what: `${file} does not hold usable grades.`,
    why: reason,
    next: 'Name folders that msctl grade has written to, or their grades.json',
  }),
  'grades-overlap': ({ id, shards }) => ({
    what: `${id} was graded more than once.`,
    why: `It is in ${shards.join(' and in ')}, and which of them counts is not known.`,
    next: 'Name only one of these folders',
  }),
  'too-many-points': ({ criterion, points, maxPoints }) => ({
    what: `${criterion} has ${maxPoints} points, and ${points} were given.`,
    why: 'The rubric says how many points a criterion has.',
    next: `Give up to ${maxPoints}: --manual ${criterion}=${maxPoints}`,
  }),
  'rubric-unusable': ({ file, reason }) => ({
    what: `${file} cannot be used as a rubric.`,
    why: reason,
    next: 'Begin with the one of the assignment: grader/src/run/rubric.json; docs/grading.md says more',
  }),
}

const ru: Explanations<GraderFailures> = {
  'compose-map': ({ role, candidates, given }) => ({
    what:
      given === undefined
        ? `Не удалось понять, какой сервис в файле Compose — это ${role}.`
        : `В файле Compose нет сервиса ${given}, который назван в --map.`,
    why: candidates.length === 0 ? 'Сервисов в нём нет.' : `Это может быть: ${candidates.join(', ')}`,
    next: `Укажите его сами: --map ${role}=ИМЯ; или скажите, что его нет: --map ${role}=none`,
  }),
  'input-unusable': ({ name, path, reason }) => ({
    what:
      reason === 'missing'
        ? `${path} не существует.`
        : reason === 'no-folder'
          ? `${path} — не папка.`
          : `${path} — не программа, которую можно запустить.`,
    why: `Это указано в ${name} и проверяется, прежде чем что-либо запускать.`,
    next: reason === 'no-program' ? `Сделайте файл исполняемым: chmod +x ${path}` : 'Проверьте путь',
  }),
  'compose-file-missing': ({ file }) => ({
    what: `Файла ${file} нет.`,
    why: 'В --compose указывают файл Compose проверяемой работы.',
    next: 'Проверьте путь',
  }),
  'docker-failed': ({ command, output }) => ({
    what: `Собрать или запустить работу на этой машине не удалось: ${command}`,
    why: `Сообщение:${quote(output)}`,
    next: 'Работа в этом не виновата: почините машину или сеть и проверьте ещё раз',
  }),
  'machine-busy': ({ seconds, missing }) => ({
    what: `За ${seconds} с никто не ответил, а машина слишком загружена, чтобы понять почему.`,
    why: `Ни одна часть сама не завершилась:${quote(missing)}`,
    next: 'Работа в этом не виновата: проверьте ещё раз, когда нагрузка спадёт',
  }),
  'unknown-check': ({ given, known }) => {
    const meant = nearestName(given, known)
    return {
      what: `Критерия или проверки «${given}» нет.${meant === undefined ? '' : ` Может быть, ${meant}?`}`,
      why: 'В --only и --skip указывают критерии, проверки и начала их имён.',
      next: 'Полный список — в docs/grading.ru.md',
    }
  },
  'no-submissions': ({ folder }) => ({
    what: `В папке ${folder} нечего проверять.`,
    why: 'Каждая работа — это папка в ней, с файлом Compose или submission.json.',
    next: 'Укажите папку, в которой лежат работы: msctl grade путь/к/работам',
  }),
  'compose-refused': ({ service, reason }) => ({
    what: `Проверять этот файл Compose небезопасно: ${service}.`,
    why: `Сервис вышел бы за пределы своего контейнера: ${reason}.`,
    next: 'Посмотрите работу вручную или запустите её сами и проверьте командой msctl verify --url',
  }),
  'report-unwritable': ({ file, reason }) => ({
    what: `Отчёт нельзя записать в ${file}.`,
    why: reason,
    next: 'Назовите другой файл: --report ФОРМАТ=ФАЙЛ',
  }),
  'report-unreadable': ({ file, reason }) => ({
    what: `${file} — не отчёт, которым можно воспользоваться.`,
    why: reason,
    next: 'Нужен отчёт в JSON, какой пишет msctl verify: --report json=ФАЙЛ',
  }),
  'grades-unreadable': ({ file, reason }) => ({
    what: `В ${file} нет оценок, которыми можно воспользоваться.`,
    why: reason,
    next: 'Назовите папки, в которые писал msctl grade, или их grades.json',
  }),
  'grades-overlap': ({ id, shards }) => ({
    what: `Работа ${id} оценена больше одного раза.`,
    why: `Она есть в ${shards.join(' и в ')}, и неизвестно, какую из оценок считать.`,
    next: 'Оставьте только одну из этих папок',
  }),
  'too-many-points': ({ criterion, points, maxPoints }) => ({
    what: `У критерия ${criterion} всего ${maxPoints} баллов, а поставлено ${points}.`,
    why: 'Сколько баллов у критерия, сказано в таблице баллов.',
    next: `Поставьте не больше ${maxPoints}: --manual ${criterion}=${maxPoints}`,
  }),
  'rubric-unusable': ({ file, reason }) => ({
    what: `${file} нельзя использовать как таблицу баллов.`,
    why: reason,
    next: 'Возьмите за основу таблицу задания: grader/src/run/rubric.json; подробнее в docs/grading.md',
  }),
}

/** What keeps something from being graded. */
export const messages: Texts<Explanations<GraderFailures>> = { en, ru }
