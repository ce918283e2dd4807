// Comments that are written while the page saves itself. Wagtail then puts the comments of the server's answer in place
// of all that stand on the page, and so loses what was written since the form was read: see docs/wagtail-seams.md. Here
// the answer is taken in as ever, and what the server cannot know yet is put back.

const app = window.comments?.commentApp;
const takeIn = app?.updateData?.bind(app);
const NO_PLACE = { getTab: () => null, getAnchorNode: () => document.body };
const WRITING = ["creating", "editing"];

let sent = new Map(); // the comments as they were when the form was read

const current = () => app.store.getState().comments.comments;
const act = (name, ...told) => app.store.dispatch(app.actions[name](...told));
const wasSent = (comment) => comment && comment.mode !== "creating";

/** What is only being written, or was changed since the form was read. */
function changesOf(mine, was) {
  const changes = {};
  if (WRITING.includes(mine.mode)) changes.mode = mine.mode;
  if (mine.newText) changes.newText = mine.newText;
  if (mine.newReply) changes.newReply = mine.newReply;
  if (was && was.text !== mine.text) changes.text = mine.text;
  return changes;
}

/** Of what the server knew not before, the comment that was sent as this one. */
function take(fresh, was) {
  const place = fresh.findIndex(({ contentpath, text }) => contentpath === was.contentpath && text === was.text);
  return place < 0 ? undefined : fresh.splice(place, 1)[0].localId;
}

/** Beside its field, as before: what is not visible cannot take the focus. The field then makes a mark of its own. */
function makeAgain(mine) {
  const id = app.makeComment(mine.annotation ?? NO_PLACE, mine.contentpath, mine.position);
  act("updateComment", id, { annotation: null, mode: mine.mode, text: mine.text, originalText: mine.text });
  return id;
}

function putBackReplies(id, mine, was) {
  const there = [...current().get(id).replies.values()];
  for (const reply of mine.replies.values()) {
    const before = was?.replies.get(reply.localId);
    if (!reply.remoteId && !before) {
      act("addReply", id, { ...reply, localId: `${reply.localId}-${reply.date}` });
      continue;
    }
    const now = there.find(({ remoteId, text }) => (reply.remoteId ? remoteId === reply.remoteId : text === before.text));
    if (!now) continue;
    const changes = changesOf(reply, before);
    if (Object.keys(changes).length) act("updateReply", id, now.localId, changes);
    if (reply.deleted && !before?.deleted) act("deleteReply", id, now.localId);
  }
}

function putBack(id, mine, was) {
  const changes = changesOf(mine, was);
  if (Object.keys(changes).length) act("updateComment", id, changes);
  putBackReplies(id, mine, was);
  if (mine.deleted && !was?.deleted) act("deleteComment", id);
  if (mine.resolved && !was?.resolved) act("resolveComment", id);
}

function focusOn(id, field) {
  act("setFocusedComment", id, { updatePinnedComment: true, forceFocus: Boolean(field) });
  if (!field) return;
  requestAnimationFrame(() => {
    const again = document.querySelector(`[data-comment-id="${id}"] textarea`);
    again?.focus();
    again?.setSelectionRange(field.start, field.end);
  });
}

function updateData(data) {
  const before = current();
  const focused = app.store.getState().comments.focusedComment;
  const typing = document.activeElement?.closest?.("#comments textarea");
  const field = typing && { start: typing.selectionStart, end: typing.selectionEnd };
  const known = new Set([...before.values()].map(({ remoteId }) => remoteId));
  if (field) act("setFocusedComment", focused, { updatePinnedComment: false, forceFocus: false }); // ends the focus trap
  takeIn(data);
  const there = [...current().values()];
  const fresh = there.filter(({ remoteId }) => !known.has(remoteId));
  const places = new Map(); // from what a comment was called here to what it is called now
  for (const [id, mine] of before) {
    const was = sent.get(id);
    let now;
    if (mine.remoteId) now = there.find(({ remoteId }) => remoteId === mine.remoteId)?.localId;
    else now = wasSent(was) ? take(fresh, was) : makeAgain(mine);
    if (now === undefined) continue; // somebody else resolved it
    places.set(id, now);
    putBack(now, mine, was);
  }
  for (const [id, was] of sent) {
    const gone = !before.has(id) && !was.remoteId && wasSent(was) ? take(fresh, was) : undefined;
    if (gone !== undefined) act("deleteComment", gone); // removed here while it was on its way
  }
  if (places.has(focused)) focusOn(places.get(focused), field);
}

if (takeIn) {
  app.updateData = updateData;
  document.addEventListener("w-autosave:save", () => {
    sent = current();
  });
}
