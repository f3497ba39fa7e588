/*
  Drafts: what is typed is sent as it is typed, and said to be saved only when it is.

  After kept.js, before forms.js, which sends the form itself. What always holds: "Saved" is
  said only after the server said so, about exactly what stands in the form; and nothing is
  written over another window's words before somebody types here.
*/
(() => {
  'use strict'

  const TYPED_MS = 700
  const LONGEST_MS = 3000 // who types without a pause is saved all the same
  const ATTEMPT_MS = 20000
  const MOST_AT_THE_END = 60000 // what a browser sends for a page that is left: 64 KB
  const MOST_TRIED = 5
  const { announce, byId, end, fetchWithin, refusal, verdict, kept, fields } = window.moments
  const { typed, posts, content, sign, chosen, asItCame, CHOICES } = fields

  const OVER = {
    gone: 'Not saved: this workshop has been erased. Copy your words now if you still need them; nothing keeps them once this page is closed.',
    removed: 'Not saved: you have been taken out of this workshop. Copy your words now if you still need them; nothing keeps them once this page is closed.',
  }

  const backOff = (tries) => Math.min(1000 * 2 ** tries, 8000) * (0.8 + Math.random() * 0.4)
  const here = () => kept.holds() ? 'Your words are still here.' : 'Do not close or reload this page: your words are nowhere else.'

  /* form: { saved: its content when last saved, at: the words that said so,
     version: what the server called that save, own: every version saved from here,
     was: what was saved here, before another window saved,
     seen: the version it holds, as far as this page was told,
     upon: the version these words were typed upon, tried: what was sent since without an answer,
     refused: what is not to be tried again, dirty, since: when it became so,
     timer, tries, busy, paused, elsewhere, doubt: the version that may be ours, restored, over }
     Versions are names, in no order: clocks are set back, and backups put back. */
  const drafts = new WeakMap()
  const told = () => byId('me')?.dataset.draft

  function status (form, state, words) {
    const line = byId(`${form.id}-status`)
    if (!line) return
    const before = line.dataset.state
    if (before === state && line.textContent === words) return
    line.dataset.state = state
    line.textContent = words
    // Each save is shown; only that something is wrong, or right again, is said aloud.
    const wrong = ['unsaved', 'lost', 'elsewhere']
    if (wrong.includes(state) && before !== state) announce(words)
    else if (state === 'saved' && wrong.includes(before)) announce('Saved. Nothing was lost.')
  }

  function schedule (form, ms) {
    const draft = drafts.get(form)
    clearTimeout(draft.timer)
    draft.timer = setTimeout(() => save(form), ms)
  }

  function keep (form) {
    const draft = drafts.get(form)
    if (draft) kept.mark(form, draft.upon, draft.tried)
    kept.keep(form)
  }

  /* Somebody typed or chose something, or words were given back to be saved. */
  function changed (form) {
    const draft = drafts.get(form)
    if (!draft || draft.paused || draft.over) return
    Object.assign(draft, { elsewhere: false, doubt: null })
    draft.dirty = content(form) !== draft.saved
    if (!draft.dirty) {
      clearTimeout(draft.timer)
      settled(form)
      return
    }
    draft.since ??= Date.now()
    // What was said to be wrong stays until it is right.
    if (draft.tries === 0) status(form, 'saving', 'Saving…')
    schedule(form, Math.max(0, Math.min(TYPED_MS, draft.since + LONGEST_MS - Date.now())))
  }

  /* What stands in the form is what the server holds. */
  function settled (form) {
    const draft = drafts.get(form)
    Object.assign(draft, { dirty: false, since: null, tries: 0, refused: null, elsewhere: false })
    if (draft.at !== null) status(form, 'saved', draft.at)
    kept.drop(form)
  }

  /* `leaving` goes out though the page is left, and is all there will be of it. */
  async function save (form, leaving = false) {
    const draft = drafts.get(form)
    const now = content(form)
    if (!form.isConnected || draft.paused || draft.over || draft.elsewhere || draft.doubt || !draft.dirty || draft.refused === now) return
    if (draft.busy && (!leaving || draft.busy.leaving === now)) return
    draft.busy?.abort()
    clearTimeout(draft.timer)
    const attempt = new AbortController()
    draft.busy = attempt
    draft.since = null
    const signed = sign(form)
    draft.tried = [...draft.tried.filter((each) => each !== signed), signed].slice(-MOST_TRIED)
    keep(form)
    const body = new URLSearchParams(new FormData(form))
    if (leaving) attempt.leaving = now
    try {
      const answer = await fetchWithin(ATTEMPT_MS, form.dataset.draftUrl, {
        method: 'POST', body, signal: attempt.signal, keepalive: leaving && String(body).length < MOST_AT_THE_END,
        headers: { Accept: 'application/json' }, credentials: 'same-origin',
      })
      const wrong = await refusal(answer)
      if (draft.busy !== attempt || draft.over) return
      if (answer.status === 413 || refuses(wrong)) return refused(form, wrong, now, signed)
      if (!answer.ok) throw new Error(String(answer.status))
      const { saved_at: at, stamp } = await answer.json()
      if (!stamp) throw new Error('not an answer of ours')
      Object.assign(draft, { saved: now, at: `Saved ${at}`, version: stamp, upon: stamp, tried: [], tries: 0, refused: null })
      draft.own.add(stamp)
      if (content(form) === now) settled(form)
      else changed(form)
    } catch {
      if (draft.busy !== attempt || !form.isConnected || draft.paused || draft.over) return
      draft.tries += 1
      status(form, 'unsaved', `Not saved yet, trying again. ${here()}`)
      schedule(form, backOff(draft.tries))
    } finally {
      if (draft.busy === attempt) {
        draft.busy = null
        compare(form)
      }
    }
  }

  const refuses = (wrong) => verdict(wrong) || ['malformed', 'rejected', 'too_large'].includes(wrong?.kind)

  /* Trying the very same again would not help; when something else stands there, it might. */
  function refused (form, wrong, now, signed) {
    const draft = drafts.get(form)
    Object.assign(draft, { refused: now, tried: draft.tried.filter((each) => each !== signed) })
    draft.tries = Math.max(draft.tries, 1)
    const over = verdict(wrong)
    if (over === 'gone' || over === 'removed') end(over)
    else if (over) status(form, 'lost', 'You have been signed out, so this is not saved. Copy your words, then load the page again.')
    else if (wrong?.kind === 'malformed' || wrong?.kind === 'rejected') status(form, 'unsaved', `Not saved. ${wrong.message}`)
    else status(form, 'unsaved', `Too long to save: ${form.dataset.longest} characters in each field at most. ${here()}`)
    if (content(form) !== now) changed(form)
  }

  /* A person has one draft, and may have two windows: where another one has saved over what
     stands here, or sent it, this one does not go on saying that it is saved. */
  function compare (form) {
    const draft = drafts.get(form)
    const now = told()
    if (now === undefined || draft.busy || draft.over) return
    if (draft.restored) return startAgain(form, now)
    if (now === draft.seen) return
    draft.seen = now
    if (draft.own.has(now)) {
      // A save of our own may be told of late, after newer ones. The newest is the server's last word.
      const mended = draft.elsewhere && now === draft.version && content(form) === draft.was
      if (!mended) return
      draft.saved = draft.was
      return settled(form)
    }
    if (draft.paused || !typed(form)) return
    // What was tried without an answer may be what was saved under that name.
    if (draft.tried.length) doubt(form, now)
    else if (draft.saved !== null) leaveAlone(form)
  }

  /* Somebody saved, and it may have been this window: the page as it is now has it. */
  async function doubt (form, version) {
    const draft = drafts.get(form)
    clearTimeout(draft.timer)
    draft.doubt = version
    try {
      const answer = await fetchWithin(ATTEMPT_MS, location.pathname, { headers: { Accept: 'text/html' }, credentials: 'same-origin' })
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
      const held = page.getElementById(form.id)
      if (!held) throw new Error('not a page of ours')
      if (draft.doubt !== version || draft.paused || draft.over) return
      draft.doubt = null
      if (!draft.tried.includes(sign(held))) return leaveAlone(form)
      draft.upon = page.getElementById('me')?.dataset.draft ?? ''
      draft.own.add(draft.upon)
      schedule(form, 0)
    } catch {
      await new Promise((resolve) => setTimeout(resolve, backOff(2)))
      if (form.isConnected && draft.doubt === version && !draft.over) doubt(form, version)
    }
  }

  function leaveAlone (form) {
    const draft = drafts.get(form)
    clearTimeout(draft.timer)
    // Not "saved" in any case: were it typed on and back again, the server would hold other words.
    Object.assign(draft, { dirty: true, elsewhere: true, was: draft.saved ?? draft.was, saved: null })
    keep(form)
    const stays = kept.holds() ? 'What stands here is kept in this window.' : here()
    status(form, 'elsewhere', `Not saved: another window of yours has sent or saved other words since. ${stays} Type on to save it instead.`)
  }

  /* A backup was put back: what was saved since is not, and goes out again. */
  function startAgain (form, now) {
    const draft = drafts.get(form)
    draft.restored = false
    const held = now === draft.version && content(form) === draft.saved
    draft.seen = now
    if (held || draft.elsewhere || !typed(form)) return
    Object.assign(draft, { saved: null, at: null, own: new Set(), upon: now, tried: [], refused: null, doubt: null })
    keep(form)
    changed(form)
  }

  document.addEventListener('moments:restored', () => {
    for (const form of posts()) if (drafts.has(form)) drafts.get(form).restored = true
  })

  document.addEventListener('moments:over', (event) => {
    for (const form of posts()) {
      const draft = drafts.get(form)
      if (!draft) continue
      clearTimeout(draft.timer)
      Object.assign(draft, { over: true, dirty: typed(form) })
      status(form, 'lost', draft.dirty ? OVER[event.detail] : '')
    }
  })

  function leave () {
    for (const form of posts()) if (drafts.has(form)) save(form, true)
  }
  addEventListener('pagehide', leave)
  document.addEventListener('visibilitychange', () => { if (document.visibilityState === 'hidden') leave() })

  // ---------- for forms.js ----------

  /* What is sent now holds all of it, and later: no draft goes out beside it. */
  function pause (form) {
    const draft = drafts.get(form)
    if (!draft) return
    draft.paused = true
    clearTimeout(draft.timer)
    draft.busy?.abort()
  }
  function resume (form) {
    const draft = drafts.get(form)
    if (!draft) return
    draft.paused = false
    if (!draft.elsewhere) changed(form)
  }

  /* A form that has just appeared: with a draft that is saved, with words that are not, or done. */
  function meet (form, { first, taken, upon }) {
    if (!form.dataset.draftUrl) return
    const seen = told() ?? ''
    const version = taken ? '' : seen
    // A draft that came with the page is saved; what was typed in vain, or given back, is not.
    const saved = taken || (first && !form.dataset.refused && asItCame(form))
    drafts.set(form, {
      saved: saved ? content(form) : null, was: null, at: saved ? byId(`${form.id}-status`)?.textContent.trim() ?? '' : null, version, own: new Set([version]), seen, upon: upon ?? version,
      tried: [], refused: null, dirty: false, since: null, timer: 0, tries: 0, busy: null, paused: false,
      elsewhere: false, doubt: null, restored: false, over: false,
    })
    for (const name of CHOICES) if (chosen(form, name)) form.dataset[name] = chosen(form, name).value
    if (upon !== undefined) leaveAlone(form)
    else if (!saved) changed(form)
  }

  const unsaved = (form) => drafts.get(form)?.dirty
  /* Somebody types on: what stands here is from now on typed upon what the server holds. */
  function edited (form) {
    const draft = drafts.get(form)
    if (draft?.elsewhere || draft?.doubt) draft.upon = told() ?? ''
    keep(form)
    changed(form)
  }

  window.moments.drafts = {
    meet, pause, resume, edited, keep, unsaved, backOff, has: (form) => drafts.has(form),
    compare: (form) => { if (drafts.has(form)) compare(form) },
  }
})()
