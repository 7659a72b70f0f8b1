// The server that tests/integration/client_suites.rs starts, and what it says.

import { z } from 'zod';

export const URL = process.env.LLM_MOCK_URL;

// Options of tests whose requests llm_mock_validate strict refuses, as the services do.
export const lenient = { skip: process.env.LLM_MOCK_TEST_VALIDATE === 'strict' && 'refused in strict mode' };

export const WORDS = ['Hello ', 'there, ', '世界! ', '"quoted" ', 'and ', 'more.'];
export const SAID = WORDS.join('');

export const HI = [{ role: 'user', content: 'Hi!' }];

// What a reply in a form of the client's holds.
export const Weather = z.object({
  city: z.string(),
  days: z.number().int(),
  unit: z.enum(['C', 'F']),
  notes: z.array(z.string()),
});

// The items of an iterable.
export async function all(iterable) {
  const items = [];
  for await (const item of iterable) items.push(item);
  return items;
}

// The first item that fits; ends the iteration.
export async function first(iterable, fits) {
  for await (const item of iterable) {
    if (fits(item)) return item;
  }
}
