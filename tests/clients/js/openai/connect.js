import OpenAI from 'openai';

import { URL } from '../server.js';

// A client of what the server has at this path. It gives up soon, and at once
// where it is refused.
export function connect(base = '/v1', options = {}) {
  return new OpenAI({ baseURL: URL + base, apiKey: 'any', maxRetries: 0, timeout: 20_000, ...options });
}
