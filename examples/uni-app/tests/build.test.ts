/** A production build must use a back end that users can reach; otherwise the compiler refuses it. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { build } from './support/build'

describe('a production build', () => {
  for (const address of ['', 'https://127.0.0.1:3000', 'http://login.example.com']) {
    it(`fails with ${address || 'no address'} for the back end`, async () => {
      const failed = (error: { stdout: string; stderr: string }) =>
        /VITE_API_BASE is (not set|".*"): give the back end's address, such as https:/.test(error.stdout + error.stderr)
      await assert.rejects(build('mp-weixin', { VITE_API_BASE: address }, undefined, 'production'), failed)
    })
  }
})
