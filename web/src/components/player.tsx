import { CaretRightOutlined, PauseOutlined } from "@ant-design/icons";
import { Alert, Button, Select, Slider } from "antd";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { clock } from "../locales/format";

const SPEEDS = [0.75, 1, 1.25, 1.5, 2];

interface Props {
  source: string;
}

/** Plays a recording; the browser asks the server for the parts it needs. */
export function Player({ source }: Props) {
  const { t } = useTranslation();
  const audio = useRef<HTMLAudioElement>(null);
  const [playing, setPlaying] = useState(false);
  const [position, setPosition] = useState(0);
  const [length, setLength] = useState(0);
  const [failed, setFailed] = useState(false);
  const [speed, setSpeed] = useState(1);

  const toggle = () => {
    if (playing) {
      audio.current?.pause();
    } else {
      audio.current?.play().catch(() => {
        setFailed(true);
      });
    }
  };
  const seek = (seconds: number) => {
    if (audio.current) {
      audio.current.currentTime = seconds;
    }
    setPosition(seconds);
  };
  const hasten = (factor: number) => {
    if (audio.current) {
      audio.current.playbackRate = factor;
    }
    setSpeed(factor);
  };

  if (failed) {
    return <Alert type="error" showIcon title={t("player.failed")} />;
  }
  return (
    <div className="player" role="group" aria-label={t("player.label")}>
      <audio
        ref={audio}
        src={source}
        preload="metadata"
        onPlay={() => {
          setPlaying(true);
        }}
        onPause={() => {
          setPlaying(false);
        }}
        onTimeUpdate={(event) => {
          setPosition(event.currentTarget.currentTime);
        }}
        onDurationChange={(event) => {
          const seconds = event.currentTarget.duration;
          setLength(Number.isFinite(seconds) ? seconds : 0);
        }}
        onError={() => {
          setFailed(true);
        }}
      />
      <Button
        type="primary"
        shape="circle"
        aria-label={t(playing ? "player.pause" : "player.play")}
        icon={playing ? <PauseOutlined /> : <CaretRightOutlined />}
        onClick={toggle}
      />
      <Slider
        className="player-position"
        ariaLabelForHandle={t("player.position")}
        ariaValueTextFormatterForHandle={clock}
        min={0}
        max={length}
        step={0.1}
        value={position}
        tooltip={{ formatter: (seconds) => clock(seconds ?? 0) }}
        onChange={seek}
      />
      <span className="figure" data-testid="player-time">
        {clock(position)} / {clock(Math.round(length))}
      </span>
      <Select
        aria-label={t("player.speed")}
        className="player-speed"
        value={speed}
        options={SPEEDS.map((factor) => ({ value: factor, label: `${String(factor)}×` }))}
        onChange={hasten}
      />
    </div>
  );
}
