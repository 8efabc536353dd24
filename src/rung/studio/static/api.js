// One way to ask the studio for something: JSON there, JSON back, and a sentence when nobody answers.

/** @returns {Promise<{ok: boolean, status: number, body: object}>} never rejects */
export async function call(method, address, body) {
  try {
    const answer = await fetch(address, {
      method,
      headers: { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
      keepalive: method === "PUT",
    });
    return { ok: answer.ok, status: answer.status, body: await answer.json().catch(() => ({})) };
  } catch {
    return { ok: false, status: 0, body: { error: "The studio does not answer. Is `rung studio` still running?" } };
  }
}
