import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { CONTRACT, contract } from '../scripts/contract'
import { PROBLEMS } from '../src/contract'

describe('src/contract.ts', () => {
  it('is what openapi.json says', () => {
    assert.equal(readFileSync(CONTRACT, 'utf8'), contract(), 'npm run contract writes it anew')
    assert.ok(Object.keys(PROBLEMS).length > 20)
  })
})
