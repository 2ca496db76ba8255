/** Writes `src/contract.ts`, the back end's contract as types, from `openapi.json`. Run it with `npm run contract`. */

import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const DESCRIPTION = new URL('../../../openapi.json', import.meta.url)
export const CONTRACT = new URL('../src/contract.ts', import.meta.url)

/** The parts of OpenAPI that the description uses. */
interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
}

interface Content {
  readonly schema: Schema
  readonly examples?: Readonly<Record<string, { readonly value: object }>>
}

interface Answer {
  readonly $ref?: string
  readonly content?: Readonly<Record<string, Content>>
}

interface Call {
  readonly operationId: string
  readonly requestBody?: { readonly content: Readonly<Record<string, Content>> }
  readonly responses: Readonly<Record<string, Answer>>
}

interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Call>>>>
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>
    readonly responses: Readonly<Record<string, Answer>>
  }
}

const HEADER = `/**
 * The back end's contract. Generated from \`openapi.json\` by \`npm run contract\`: do not edit, a test compares them.
 */`

/** The text that `src/contract.ts` should have. */
export function contract(): string {
  const description = JSON.parse(readFileSync(DESCRIPTION, 'utf8')) as Description
  const { schemas } = description.components
  const named = ({ schema }: Content): Schema => schemas[schema.$ref?.split('/').at(-1) ?? ''] ?? schema

  const types: string[] = []
  const calls: string[] = []
  const answers: string[] = []
  for (const [path, methods] of Object.entries(description.paths)) {
    // For APIs, not for apps.
    if (path.startsWith('/.well-known/')) continue
    for (const [method, { operationId, requestBody, responses }] of Object.entries(methods)) {
      const call = `${method.toUpperCase()} ${path}`
      const name = operationId.charAt(0).toUpperCase() + operationId.slice(1)
      const type = (suffix: string, about: string, content?: Content): string => {
        if (!content) return 'undefined'
        types.push(typeOf(name + suffix, `What \`${call}\` ${about}.`, named(content)))
        return name + suffix
      }
      const answer = responses['200']?.content?.['application/json']
      const request = type('Request', 'is sent', requestBody?.content['application/json'])
      calls.push(`  readonly '${call}': { readonly request: ${request}; readonly answer: ${type('Answer', 'answers', answer)} }`)
      answers.push(`  '${call}': ${answer ? kinds(named(answer), named(answer).required ?? []) : 'undefined'},`)
    }
  }
  const problem = found(schemas['Problem'], 'Problem')
  types.push(typeOf('ProblemBody', 'The body of a problem (RFC 9457), whatever its code.', problem))
  const problems = codes(description, problem)

  return `${[
    HEADER,
    ...types,
    block('The calls by their methods and paths; `undefined` where there is no body.', 'interface Calls {', calls, '}'),
    table('ANSWERS', 'The members that every answer has, and what `typeof` says of them; `undefined` for a 204.', answers),
    table('PROBLEMS', 'Every code of a problem, and the members that come with it alone.', problems),
  ].join('\n\n')}\n`
}

function block(about: string, start: string, lines: readonly string[], end: string): string {
  return `/** ${about} */\nexport ${start}\n${lines.join('\n')}\n${end}`
}

function table(name: string, about: string, lines: readonly string[]): string {
  return block(about, `const ${name} = {`, lines, '} as const')
}

function typeOf(name: string, about: string, { properties = {}, required = [] }: Schema): string {
  const members = Object.entries(properties).map(([member, of]) => {
    const comment = of.description ? `  /** ${of.description} */\n` : ''
    const type = [of.type ?? []].flat().includes('null') ? `${primitive(of)} | null` : primitive(of)
    return `${comment}  readonly ${member}${required.includes(member) ? '' : '?'}: ${type}`
  })
  return block(about, `interface ${name} {`, members, '}')
}

/** The result of `typeof` for these members. */
function kinds({ properties = {} }: Schema, members: readonly string[]): string {
  const each = [...members].sort().map((member) => `${member}: '${primitive(found(properties[member], member))}'`)
  return each.length === 0 ? '{}' : `{ ${each.join(', ')} }`
}

/** JavaScript's name of a JSON type, which is also TypeScript's. */
function primitive({ type }: Schema): string {
  const [only, ...others] = [type ?? []].flat().filter((one) => one !== 'null')
  if (others.length === 0 && (only === 'string' || only === 'boolean')) return only
  if (others.length === 0 && (only === 'integer' || only === 'number')) return 'number'
  throw new Error(`this generator does not know the type ${JSON.stringify(type)}`)
}

/** Only the examples show which members come with a code: all codes share one schema. */
function codes({ paths, components }: Description, problem: Schema): string[] {
  const answers = [
    ...Object.values(paths).flatMap(Object.values<Call>).flatMap(({ responses }) => Object.values(responses)),
    ...Object.values(components.responses),
  ]
  const extra = new Map<string, string>()
  for (const { content } of answers) {
    for (const [code, { value }] of Object.entries(content?.['application/problem+json']?.examples ?? {})) {
      const members = kinds(problem, Object.keys(value).filter((member) => !problem.required?.includes(member)))
      if ((extra.get(code) ?? members) !== members) throw new Error(`the examples of ${code} differ`)
      extra.set(code, members)
    }
  }
  return [...extra].sort().map(([code, members]) => `  ${code}: ${members},`)
}

function found<T>(part: T | undefined, where: string): T {
  if (part === undefined) throw new Error(`openapi.json lacks a part of ${where}`)
  return part
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(CONTRACT, contract())
