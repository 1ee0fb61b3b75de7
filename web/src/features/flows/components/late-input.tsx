import { Input, type InputProps } from "antd";
import { useState } from "react";

interface Props extends Omit<InputProps, "value" | "onChange"> {
  value: string;
  onCommit: (value: string) => void;
}

/** A text that counts once the field is left or Enter is pressed. */
export function LateInput({ value, onCommit, ...others }: Props) {
  const [typed, setTyped] = useState<string>();
  const commit = () => {
    if (typed !== undefined && typed !== value) {
      onCommit(typed);
    }
    setTyped(undefined);
  };
  return (
    <Input
      {...others}
      value={typed ?? value}
      onChange={(event) => {
        setTyped(event.target.value);
      }}
      onBlur={commit}
      onPressEnter={commit}
    />
  );
}
