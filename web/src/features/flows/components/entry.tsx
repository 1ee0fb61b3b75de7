import type { ReactNode } from "react";
import type { Value } from "../model/document";
import { replaced, shifted } from "../model/values";
import { useDesigning } from "./designing";
import { EntryTools } from "./entry-tools";

interface Props {
  name: string;
  list: readonly Value[];
  at: number;
  onChange: (list: Value[]) => void;
  children: ReactNode;
}

/** One entry of a list: its name, its fields, and what can be done with it. */
export function Entry({ name, list, at, onChange, children }: Props) {
  const { readOnly } = useDesigning();
  return (
    <section className="flow-entry" aria-label={name}>
      <header>
        <span>{name}</span>
        {!readOnly && (
          <EntryTools
            name={name}
            first={at === 0}
            last={at === list.length - 1}
            onMove={(by) => {
              onChange(shifted(list, at, by));
            }}
            onRemove={() => {
              onChange(replaced(list, at, undefined));
            }}
          />
        )}
      </header>
      {children}
    </section>
  );
}
