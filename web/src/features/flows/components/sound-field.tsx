import { Player } from "../../../components/player";
import { asText } from "../model/values";
import { Suggested, type ShapeProps } from "./choice-fields";
import { useDesigning } from "./designing";

/** The name of a sound, and the sound itself where there is one of that name. */
export function SoundField(props: ShapeProps) {
  const { sounds } = useDesigning();
  const chosen = sounds.find(({ name }) => name === asText(props.value));
  return (
    <>
      <Suggested {...props} options={sounds.map(({ name }) => name)} />
      {chosen && (
        <Player
          key={`${chosen.id} ${String(chosen.version)}`}
          source={`/api/v1/sounds/${chosen.id}/audio`}
        />
      )}
    </>
  );
}
