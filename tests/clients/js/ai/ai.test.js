// The AI SDK, with both of its providers that speak OpenAI's API.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { APICallError, embedMany, generateText, isStepCount, Output, streamText, tool } from 'ai';

import { all, first, SAID, URL, Weather, WORDS } from '../server.js';

const openai = (base = '/v1') => createOpenAI({ baseURL: URL + base, apiKey: 'any' });
const compatible = (base = '/v1') =>
  createOpenAICompatible({
    name: 'mock',
    baseURL: URL + base,
    apiKey: 'any',
    includeUsage: true,
    supportsStructuredOutputs: true,
  });

const MODELS = {
  '@ai-sdk/openai': (base) => openai(base).chat('gpt-4o'),
  '@ai-sdk/openai with responses': (base) => openai(base).responses('gpt-4o'),
  '@ai-sdk/openai-compatible': (base) => compatible(base)('gpt-4o'),
};

const ask = (model) => ({ model, prompt: 'Hi!', maxRetries: 0 });

// The tool, and a list of what it was called with.
function weatherTool() {
  const called = [];
  const execute = async (weather) => {
    called.push(Weather.parse(weather));
    return 'sun';
  };
  return [{ get_weather: tool({ description: 'The forecast.', inputSchema: Weather, execute }) }, called];
}

for (const [name, model] of Object.entries(MODELS)) {
  test(`${name}: generateText`, async () => {
    const { text, finishReason, usage, response } = await generateText(ask(model()));
    assert.equal(text, SAID);
    assert.equal(finishReason, 'stop');
    assert.equal(usage.outputTokens, WORDS.length);
    assert.equal(response.modelId, 'gpt-4o');
  });

  test(`${name}: streamText`, async () => {
    const result = streamText(ask(model()));
    assert.deepEqual(await all(result.textStream), WORDS);
    assert.equal(await result.finishReason, 'stop');
    assert.equal((await result.usage).outputTokens, WORDS.length);
  });

  test(`${name}: a word does not wait for the next`, async () => {
    const stop = new AbortController();
    const result = streamText({ ...ask(model('/slow/v1')), abortSignal: stop.signal, onError() {} });
    assert.equal(await first(result.textStream, Boolean), WORDS[0]);
    stop.abort();
  });

  test(`${name}: an error says its status`, async () => {
    await assert.rejects(generateText(ask(model('/busy/v1'))), (error) => {
      assert.ok(APICallError.isInstance(error), `${error}`);
      assert.equal(error.statusCode, 429);
      assert.match(error.message, /Rate limit/);
      return true;
    });
  });

  test(`${name}: structured output`, async () => {
    const { output } = await generateText({ ...ask(model()), output: Output.object({ schema: Weather }) });
    assert.deepEqual(Weather.parse(output), output);
  });

  test(`${name}: structured output, streamed`, async () => {
    const result = streamText({ ...ask(model()), output: Output.object({ schema: Weather }) });
    const partial = await all(result.partialOutputStream);
    assert.ok(partial.length > 3, JSON.stringify(partial));
    assert.deepEqual(Weather.parse(await result.output), partial.at(-1));
  });

  test(`${name}: a tool is called and its result answered`, async () => {
    const [tools, called] = weatherTool();
    const { text, steps } = await generateText({ ...ask(model()), tools, stopWhen: isStepCount(3) });
    assert.equal(text, SAID);
    assert.equal(called.length, 1);
    assert.deepEqual(
      steps.map((step) => step.finishReason),
      ['tool-calls', 'stop'],
    );
  });

  test(`${name}: a tool's input is streamed`, async () => {
    const [tools, called] = weatherTool();
    const result = streamText({ ...ask(model()), tools, stopWhen: isStepCount(3) });
    const parts = await all(result.fullStream);
    assert.ok(parts.filter((part) => part.type === 'tool-input-delta').length > 3);
    assert.equal(called.length, 1);
    assert.equal(await result.text, SAID);
  });
}

for (const [name, model] of [
  ['@ai-sdk/openai', openai().embedding('text-embedding-3-small')],
  ['@ai-sdk/openai-compatible', compatible().embeddingModel('text-embedding-3-small')],
]) {
  test(`${name}: embedMany`, async () => {
    const { embeddings, usage } = await embedMany({ model, values: ['one', 'two', 'one'] });
    assert.deepEqual(
      embeddings.map((vector) => vector.length),
      [1536, 1536, 1536],
    );
    assert.deepEqual(embeddings[0], embeddings[2]);
    assert.ok(usage.tokens > 0);
  });
}
