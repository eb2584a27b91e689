//! I2S in and out, by PIO and DMA.
//!
//! Both directions generate their own clocks, from the same source. The microphone gets 64 clocks a
//! frame, as an INMP441 needs; the 32 bits of the left slot are kept. The amplifier gets 32 clocks a
//! frame, with the same 16-bit sample left and right. Each sample is sent twice, at 48 kHz, because
//! a MAX98357A does not lock to 24 kHz (its datasheet, "Supported sample rates").

use hal::dma::{CH0, CH1, CH2, CH3, Channel, SingleChannel, double_buffer};
use hal::gpio::{self, FunctionPio0};
use hal::pac::PIO0;
use hal::pio::{
    Buffers, PIO, PIOBuilder, PinDir, Running, Rx, SM0, SM1, ShiftDirection, StateMachine,
    StateMachineIndex, Stopped, Tx, UninitStateMachine,
};
use pio::{Program, RP2040_MAX_PROGRAM_SIZE};
use sayso_satellite::board::{AudioIn, AudioOut};
use sayso_satellite::{HEARD_BLOCK, PLAYED_BLOCK};
use static_cell::ConstStaticCell;

use crate::hal;

/// How often each sample is sent.
const TIMES: usize = 2;
/// Frames for the amplifier in a block.
const FRAMES: usize = TIMES * PLAYED_BLOCK;

/// A pin that the PIO drives or reads.
pub type Pin<I> = gpio::Pin<I, FunctionPio0, gpio::PullNone>;

type HeardBlock = &'static mut [u32; HEARD_BLOCK];
type PlayedBlock = &'static mut [u32; FRAMES];
type Receiving = double_buffer::Transfer<
    Channel<CH0>,
    Channel<CH1>,
    Rx<(PIO0, SM0)>,
    HeardBlock,
    double_buffer::WriteNext<HeardBlock>,
>;
type Sending = double_buffer::Transfer<
    Channel<CH2>,
    Channel<CH3>,
    PlayedBlock,
    Tx<(PIO0, SM1)>,
    double_buffer::ReadNext<PlayedBlock>,
>;

static HEARD: [ConstStaticCell<[u32; HEARD_BLOCK]>; 2] =
    [const { ConstStaticCell::new([0; HEARD_BLOCK]) }; 2];
static PLAYED: [ConstStaticCell<[u32; FRAMES]>; 2] =
    [const { ConstStaticCell::new([0; FRAMES]) }; 2];

/// The divider of a state machine's clock, in 256ths, for a number of cycles per second.
const fn divider(clock_hz: u32, cycles: u32) -> (u16, u8) {
    let parts = (clock_hz as u64 * 256 + cycles as u64 / 2) / cycles as u64;
    ((parts / 256) as u16, (parts % 256) as u8)
}

/// A state machine, stopped, and its queues to and from the DMA.
type Machine<S> = (StateMachine<(PIO0, S), Stopped>, Rx<(PIO0, S)>, Tx<(PIO0, S)>);

/// Sets up a state machine to run `program` with this number of `cycles` per second. Clock and
/// word select are outputs on adjacent pins, by side-set. `set` configures the data, whose pin may
/// be input or output. `None` if the PIO has no room for the program.
fn machine<S: StateMachineIndex, C: gpio::PinId, W: gpio::PinId, D: gpio::PinId>(
    pio: &mut PIO<PIO0>,
    machine: UninitStateMachine<(PIO0, S)>,
    program: &Program<RP2040_MAX_PROGRAM_SIZE>,
    (clock, select, data, direction): (&Pin<C>, &Pin<W>, &Pin<D>, PinDir),
    (clock_hz, cycles): (u32, u32),
    set: impl FnOnce(PIOBuilder<PIO0>) -> PIOBuilder<PIO0>,
) -> Option<Machine<S>> {
    let (whole, fraction) = divider(clock_hz, cycles);
    let builder = PIOBuilder::from_installed_program(pio.install(program).ok()?)
        .side_set_pin_base(clock.id().num)
        .clock_divisor_fixed_point(whole, fraction);
    let (mut machine, receiver, sender) = set(builder).build(machine);
    machine.set_pindirs([
        (clock.id().num, PinDir::Output),
        (select.id().num, PinDir::Output),
        (data.id().num, direction),
    ]);
    Some((machine, receiver, sender))
}

/// The microphone: clock and word select are outputs on adjacent pins, data is an input.
pub struct Microphone {
    receiving: Option<Receiving>,
    _machine: StateMachine<(PIO0, SM0), Running>,
}

impl Microphone {
    /// Starts to hear. `None` if the PIO has no room for its program.
    pub fn start<C: gpio::PinId, W: gpio::PinId, D: gpio::PinId>(
        pio: &mut PIO<PIO0>,
        machine: UninitStateMachine<(PIO0, SM0)>,
        (clock, select, data): (Pin<C>, Pin<W>, Pin<D>),
        clock_hz: u32,
        (mut one, mut other): (Channel<CH0>, Channel<CH1>),
    ) -> Option<Self> {
        // Side-set: word select, clock. The word select changes one clock before the first bit,
        // and data is valid at the rising edge. Two cycles a clock, 128 a frame.
        let program = pio::pio_asm!(
            ".side_set 2",
            ".wrap_target",
            "    set x, 29       side 0b00", // 0: the last bit of the right slot, not used
            "    nop             side 0b01",
            "    nop             side 0b00", // 1 to 30: the first 30 bits of the left slot
            "left:",
            "    in pins, 1      side 0b01",
            "    jmp x-- left    side 0b00",
            "    in pins, 1      side 0b01", // 31
            "    set x, 30       side 0b10", // 32: the last bit of the left slot
            "    in pins, 1      side 0b11",
            "right:",
            "    nop             side 0b10", // 33 to 63: not used
            "    jmp x-- right   side 0b11",
            ".wrap",
        );
        let pins = (&clock, &select, &data, PinDir::Input);
        let pace = (clock_hz, 16_000 * 128);
        let (machine, receiver, _) =
            self::machine(pio, machine, &program.program, pins, pace, |builder| {
                builder
                    .in_pin_base(data.id().num)
                    .in_shift_direction(ShiftDirection::Left)
                    .autopush(true)
                    .buffers(Buffers::OnlyRx)
            })?;
        one.enable_irq0();
        other.enable_irq0();
        let [first, second] = &HEARD;
        let receiving = double_buffer::Config::new((one, other), receiver, first.try_take()?)
            .start()
            .write_next(second.try_take()?);
        Some(Self { receiving: Some(receiving), _machine: machine.start() })
    }
}

impl AudioIn for Microphone {
    fn completed(&mut self, take: impl FnOnce(&[u32; HEARD_BLOCK])) -> bool {
        let Some(mut receiving) = self.receiving.take() else { return false };
        receiving.check_irq0();
        let done = receiving.is_done();
        if done {
            let (block, next) = receiving.wait();
            take(block);
            receiving = next.write_next(block);
        }
        self.receiving = Some(receiving);
        done
    }
}

/// The loudspeaker: clock and word select, on adjacent pins, and data are outputs.
pub struct Loudspeaker {
    sending: Option<Sending>,
    _machine: StateMachine<(PIO0, SM1), Running>,
}

impl Loudspeaker {
    /// Starts to play. `None` if the PIO has no room for its program.
    pub fn start<C: gpio::PinId, W: gpio::PinId, D: gpio::PinId>(
        pio: &mut PIO<PIO0>,
        machine: UninitStateMachine<(PIO0, SM1)>,
        (clock, select, data): (Pin<C>, Pin<W>, Pin<D>),
        clock_hz: u32,
        (mut one, mut other): (Channel<CH2>, Channel<CH3>),
    ) -> Option<Self> {
        // As above, but a bit is sent at the falling edge, and the word select one clock before
        // the first bit. Two cycles a clock, 64 a frame.
        let program = pio::pio_asm!(
            ".side_set 2",
            ".wrap_target",
            "    set x, 14       side 0b01", // 0: the last bit of the right slot
            "left:",
            "    out pins, 1     side 0b00", // 1 to 15
            "    jmp x-- left    side 0b01",
            "    out pins, 1     side 0b10", // 16: the last bit of the left slot
            "    set x, 14       side 0b11",
            "right:",
            "    out pins, 1     side 0b10", // 17 to 31
            "    jmp x-- right   side 0b11",
            "    out pins, 1     side 0b00", // 0 again
            ".wrap",
        );
        let pins = (&clock, &select, &data, PinDir::Output);
        let pace = (clock_hz, TIMES as u32 * 24_000 * 64);
        let (machine, _, sender) =
            self::machine(pio, machine, &program.program, pins, pace, |builder| {
                builder
                    .out_pins(data.id().num, 1)
                    .out_shift_direction(ShiftDirection::Left)
                    .autopull(true)
                    .buffers(Buffers::OnlyTx)
            })?;
        one.enable_irq0();
        other.enable_irq0();
        let [first, second] = &PLAYED;
        let sending = double_buffer::Config::new((one, other), first.try_take()?, sender)
            .start()
            .read_next(second.try_take()?);
        Some(Self { sending: Some(sending), _machine: machine.start() })
    }
}

impl AudioOut for Loudspeaker {
    fn completed(&mut self, fill: impl FnOnce(&mut [i16; PLAYED_BLOCK])) -> bool {
        let Some(mut sending) = self.sending.take() else { return false };
        sending.check_irq0();
        let done = sending.is_done();
        if done {
            let (block, next) = sending.wait();
            let mut samples = [0; PLAYED_BLOCK];
            fill(&mut samples);
            for (words, sample) in block.chunks_exact_mut(TIMES).zip(samples) {
                words.fill(u32::from(sample as u16) * 0x1_0001);
            }
            sending = next.read_next(block);
        }
        self.sending = Some(sending);
        done
    }
}
