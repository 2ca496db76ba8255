import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { LIMIT_CODES, PLAIN_CODES, readProblem } from '../src/problems'

const CATALOGUE = new URL('../../../shared/src/problem/catalogue.rs', import.meta.url)
const MEMBERS = { title: 'Title', detail: '请重试。', requestId: 'r-1' }

describe('the codes', () => {
  it("are the back end's", () => {
    const source = readFileSync(CATALOGUE, 'utf8')
    const variants = /pub enum Code \{([^}]*)\}/.exec(source)?.[1]?.match(/\w+/g) ?? []
    // Each arm of the catalogue: `Self::CodeUsed => ("code_used", …`, also in braces.
    const theirs = [...source.matchAll(/Self::(\w+) => (?:\{\s*)?\(\s*"(\w+)"/g)]
    assert.deepEqual(theirs.map(([, variant]) => variant), variants)
    assert.ok(variants.length > 20)
    const ours = [...LIMIT_CODES, ...PLAIN_CODES, 'code_incorrect']
    assert.deepEqual(ours.sort(), theirs.map(([, , code]) => code).sort())
  })
})

describe('a body', () => {
  it('is read with the members of its code', () => {
    assert.deepEqual(readProblem(429, { ...MEMBERS, code: 'resend_too_soon', retryAfter: 30 }), {
      code: 'resend_too_soon',
      status: 429,
      detail: '请重试。',
      requestId: 'r-1',
      retryAfter: 30,
    })
    assert.deepEqual(readProblem(400, { detail: '', code: 'code_incorrect', attemptsLeft: 0 }), {
      code: 'code_incorrect',
      status: 400,
      detail: '',
      requestId: undefined,
      attemptsLeft: 0,
    })
  })

  it('is no problem without them, or with a code that the contract does not have', () => {
    for (const body of [
      { ...MEMBERS, code: 'resend_too_soon' },
      { ...MEMBERS, code: 'code_incorrect', attemptsLeft: '4' },
      { ...MEMBERS, code: 'tea_time' },
      { code: 'internal' },
      { message: 'Internal Server Error' },
      '<html>',
      null,
      [],
    ]) {
      assert.equal(readProblem(500, body), undefined, JSON.stringify(body))
    }
  })
})
