import { Typography } from "antd";
import { useId, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { problemsAt } from "../model/problems";
import { useDesigning, written, type Place } from "./designing";

interface Props {
  place: Place;
  name: string;
  /** Whether the problems of its parts are shown at the parts. */
  outer?: boolean;
  children: (ids: { labelledBy: string; describedBy: string }) => ReactNode;
}

const NONE: never[] = [];

/** A field with its label and what the server finds wrong with it. */
export function FieldFrame({ place, name, outer = false, children }: Props) {
  const { t } = useTranslation();
  const { problems } = useDesigning();
  const [labelledBy, describedBy] = [useId(), useId()];
  const own = problems.get(place.node) ?? NONE;
  const shown = problemsAt(own, place.path).filter(
    (problem) => !outer || problem.path === written(place),
  );
  return (
    <div className="flow-field" data-field={written(place)}>
      <div className="flow-field-label" id={labelledBy}>
        {t(`flow.fields.${name}`)}
      </div>
      {children({ labelledBy, describedBy })}
      <div id={describedBy}>
        {shown.map((problem) => (
          <Typography.Text
            type="danger"
            key={problem.path + problem.message}
            className="flow-wrong"
          >
            {problem.message}
          </Typography.Text>
        ))}
      </div>
    </div>
  );
}
