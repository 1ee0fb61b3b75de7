import { useEffect, useEffectEvent } from "react";

export interface Keyboard {
  undo: () => void;
  redo: () => void;
  save: () => void;
  remove: () => void;
  duplicate: () => void;
  selectAll: () => void;
  move: (right: number, down: number) => void;
  /** The selection as a text, or nothing. */
  copy: () => string | undefined;
  paste: (text: string) => boolean;
}

const STEP = 5;
const LEAP = 20;
const ARROWS: Record<string, [number, number]> = {
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
};
/** Where keys, copies and pastes belong to what is focused. */
const OWN_KEYS =
  "input, textarea, select, [contenteditable=true], [role=listbox], [role=menu], [role=dialog], [role=slider]";

function elsewhere(event: Event): boolean {
  const { target } = event;
  return event.defaultPrevented || (target instanceof Element && target.closest(OWN_KEYS) !== null);
}

/** The keys of the designer; `undefined` where nothing may be changed. */
export function useKeyboard(keyboard: Keyboard | undefined): void {
  const press = useEffectEvent((event: KeyboardEvent) => {
    if (!keyboard) {
      return;
    }
    const command = event.ctrlKey || event.metaKey;
    const key = event.key.toLowerCase();
    if (command && key === "s") {
      event.preventDefault();
      keyboard.save();
      return;
    }
    if (elsewhere(event)) {
      return;
    }
    const arrow = ARROWS[event.key];
    const act = command
      ? {
          z: event.shiftKey ? keyboard.redo : keyboard.undo,
          y: keyboard.redo,
          d: keyboard.duplicate,
          a: keyboard.selectAll,
        }[key]
      : { delete: keyboard.remove, backspace: keyboard.remove }[key];
    if (act) {
      event.preventDefault();
      act();
    } else if (arrow && !command) {
      event.preventDefault();
      const step = event.shiftKey ? LEAP : STEP;
      keyboard.move(arrow[0] * step, arrow[1] * step);
    }
  });
  const copy = useEffectEvent((event: ClipboardEvent) => {
    const marked = window.getSelection()?.isCollapsed === false;
    const text = !keyboard || marked || elsewhere(event) ? undefined : keyboard.copy();
    if (text !== undefined) {
      event.clipboardData?.setData("text/plain", text);
      event.preventDefault();
      if (event.type === "cut") {
        keyboard?.remove();
      }
    }
  });
  const paste = useEffectEvent((event: ClipboardEvent) => {
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (keyboard && !elsewhere(event) && keyboard.paste(text)) {
      event.preventDefault();
    }
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      press(event);
    };
    const copied = (event: ClipboardEvent) => {
      copy(event);
    };
    const pasted = (event: ClipboardEvent) => {
      paste(event);
    };
    window.addEventListener("keydown", listen);
    window.addEventListener("copy", copied);
    window.addEventListener("cut", copied);
    window.addEventListener("paste", pasted);
    return () => {
      window.removeEventListener("keydown", listen);
      window.removeEventListener("copy", copied);
      window.removeEventListener("cut", copied);
      window.removeEventListener("paste", pasted);
    };
  }, []);
}
