import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readProblem } from '../src/problems'

const MEMBERS = { title: 'Title', detail: '请重试。', requestId: 'r-1' }

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
      { ...MEMBERS, code: 'constructor' },
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
