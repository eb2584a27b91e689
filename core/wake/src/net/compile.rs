//! Makes a program of a net: finds each tensor's place in the arena, and each operator's steps.

use heapless::Vec;

use super::kernels::{CHANNEL, Channel, Convolution, Step};
use super::model::{Graph, INT8, INT32, Model, Op, Operator, Tensor, UINT8};
use super::{Net, STATES, STEPS, Variable, input_factor};
use crate::fixed::{Multiplier, Scale};
use crate::{CHANNELS, Error};

type Result<T> = core::result::Result<T, Error>;

/// The most tensors, and operators, of a net. Those of microWakeWord have up to 105.
const TENSORS: usize = 128;

/// What a tensor is to the program.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Home {
    /// Nothing yet: a constant, or what is not computed so far.
    None,
    /// The name of a state.
    Handle(u8),
    /// A state as it was before the run.
    Old(u8),
    /// A state as it will be.
    New(u8),
    /// Another tensor in another shape.
    Same(u8),
    /// A place in the arena.
    Place(u16),
}

#[derive(Clone, Copy)]
struct Slot {
    home: Home,
    len: u16,
    /// The operators that first and last need it.
    first: u8,
    last: u8,
}

struct Compiler<'m> {
    graph: Graph<'m>,
    slots: [Slot; TENSORS],
    names: Vec<&'m [u8], STATES>,
    states: Vec<Variable, STATES>,
    /// Which operator writes a state.
    written: [Option<u8>; STATES],
    /// The end of what is given away of the arena.
    top: usize,
    /// The end of what is given away of the constants.
    constants: usize,
    steps: Vec<Step, STEPS>,
}

/// A size or place in the arena, which has 64 KiB at most.
fn small(x: usize) -> Result<u16> {
    u16::try_from(x).map_err(|_| Error::Unsupported)
}

/// Goes on where a condition holds, and refuses the net elsewhere.
fn only(condition: bool) -> Result<()> {
    if condition { Ok(()) } else { Err(Error::Unsupported) }
}

/// Reads a net. It is ready but for its states.
pub fn compile<A: AsMut<[u8]>>(bytes: &[u8], mut arena: A) -> Result<Net<'_, A>> {
    let model = Model::read(bytes)?;
    let graph = model.graph(0)?;
    only(graph.tensors() <= TENSORS && graph.operators().count() <= TENSORS)?;
    let slot = Slot { home: Home::None, len: 0, first: 0, last: 0 };
    let mut compiler = Compiler {
        graph,
        slots: [slot; TENSORS],
        names: Vec::new(),
        states: Vec::new(),
        written: [None; STATES],
        top: 0,
        constants: 0,
        steps: Vec::new(),
    };
    compiler.find_states(model)?;
    let channels = compiler.survey()?;
    compiler.place()?;
    let constants = compiler.top;
    let needed = constants + channels * CHANNEL;
    small(needed)?;
    let work = arena.as_mut().get_mut(..needed).ok_or(Error::Arena { needed })?;
    let mut free = &mut work[constants..];
    for operator in graph.operators() {
        compiler.emit(operator?, &mut free)?;
    }

    let input = graph.tensor(compiler.one(graph.inputs)?)?;
    let output = graph.tensor(compiler.one(graph.outputs)?)?;
    only(output.scale()? == PROBABILITY && output.len == 1)?;
    let output_offset = match (output.kind, output.zero()?) {
        (UINT8, 0) => 0,
        (INT8, -128) => 128,
        _ => return Err(Error::Unsupported),
    };
    Ok(Net {
        model: bytes,
        constants,
        stride: input.len / CHANNELS,
        filled: 0,
        input: compiler.address(compiler.one(graph.inputs)?)?,
        input_factor: input_factor(input.scale()?).ok_or(Error::Unsupported)?,
        input_zero: input.zero()?,
        output: compiler.address(compiler.one(graph.outputs)?)?,
        output_offset,
        steps: compiler.steps,
        states: compiler.states,
        arena,
        used: needed,
    })
}

/// 1/256, what a step of a probability is.
const PROBABILITY: Scale = Scale::power_of_two(-8);

impl<'m> Compiler<'m> {
    /// The only element of a list of tensors.
    fn one(&self, list: crate::flatbuffer::Vector<'m>) -> Result<usize> {
        only(list.len() == 1)?;
        list.index(0)
    }

    /// A tensor's own slot.
    fn slot(&mut self, tensor: usize) -> Result<&mut Slot> {
        only(tensor < self.graph.tensors())?;
        self.slots.get_mut(tensor).ok_or(Error::Damaged)
    }

    /// The tensor whose slot says where this one is.
    fn root(&self, tensor: usize) -> Result<usize> {
        match self.slots.get(tensor).ok_or(Error::Damaged)?.home {
            Home::None | Home::Handle(_) => Err(Error::Unsupported),
            Home::Same(root) => Ok(root.into()),
            Home::Old(_) | Home::New(_) | Home::Place(_) => Ok(tensor),
        }
    }

    /// Where a tensor starts in the arena.
    fn address(&self, tensor: usize) -> Result<usize> {
        match self.slots[self.root(tensor)?].home {
            Home::Old(state) | Home::New(state) => Ok(self.states[usize::from(state)].at.into()),
            Home::Place(at) => Ok(at.into()),
            _ => Err(Error::Unsupported),
        }
    }

    /// The state that a handle names.
    fn handle(&self, tensor: usize) -> Result<u8> {
        match self.slots.get(tensor).ok_or(Error::Damaged)?.home {
            Home::Handle(state) => Ok(state),
            _ => Err(Error::Unsupported),
        }
    }

    /// Notes that an operator reads a tensor.
    fn uses(&mut self, tensor: usize, operator: u8) -> Result<usize> {
        let root = self.root(tensor)?;
        let slot = &mut self.slots[root];
        slot.last = slot.last.max(operator);
        Ok(root)
    }

    /// Gives a tensor a home, which it gets once.
    fn settle(&mut self, tensor: usize, home: Home, operator: u8) -> Result<()> {
        let Tensor { kind, len, .. } = self.graph.tensor(tensor)?;
        let len = if let Home::Handle(_) = home {
            0
        } else {
            only(kind == INT8 || kind == UINT8)?;
            small(len)?
        };
        if let Home::Old(state) | Home::New(state) = home {
            only(self.states[usize::from(state)].len == len)?;
        }
        let slot = self.slot(tensor)?;
        only(slot.home == Home::None)?;
        *slot = Slot { home, len, first: operator, last: operator };
        Ok(())
    }

    /// Finds the states and what they start with, from the graph that runs once.
    fn find_states(&mut self, model: Model<'m>) -> Result<()> {
        for operator in self.graph.operators() {
            let operator = operator?;
            if operator.op != Op::CallOnce {
                continue;
            }
            let graph = usize::try_from(operator.int(0, 0)?).map_err(|_| Error::Damaged)?;
            let graph = model.graph(graph)?;
            let mut handles: Vec<(usize, &[u8]), STATES> = Vec::new();
            for operator in graph.operators() {
                let operator = operator?;
                match operator.op {
                    Op::VariableHandle => {
                        let handle = (self.one(operator.outputs)?, operator.string(1)?);
                        handles.push(handle).map_err(|_| Error::Unsupported)?;
                    }
                    Op::AssignVariable => {
                        let handle = operator.inputs.index(0)?;
                        let value = graph.tensor(operator.inputs.index(1)?)?;
                        let name = handles.iter().find(|(tensor, _)| *tensor == handle);
                        let (_, name) = name.ok_or(Error::Unsupported)?;
                        only(value.kind == INT8 && value.data.len() == value.len)?;
                        only(!self.names.contains(name))?;
                        let state = Variable {
                            at: small(self.top)?,
                            initial: value.data.span().start as u32,
                            len: small(value.len)?,
                        };
                        self.top += value.len;
                        self.names.push(name).map_err(|_| Error::Unsupported)?;
                        self.states.push(state).map_err(|_| Error::Unsupported)?;
                    }
                    _ => return Err(Error::Unsupported),
                }
            }
        }
        Ok(())
    }

    /// Finds what each tensor is to the program and how long it is needed. Returns how many
    /// channels need constants.
    fn survey(&mut self) -> Result<usize> {
        let graph = self.graph;
        let input = self.one(graph.inputs)?;
        let tensor = graph.tensor(input)?;
        only(tensor.kind == INT8 && tensor.axes().last() == Some(&CHANNELS))?;
        self.settle(input, Home::Place(0), 0)?;
        let mut channels = 0;
        for (index, operator) in graph.operators().enumerate() {
            let Operator { op, inputs, outputs, .. } = &operator?;
            let now = index as u8;
            match op {
                Op::CallOnce => {}
                Op::VariableHandle => {
                    let name = graph.operator(index)?.string(1)?;
                    let state = self.names.iter().position(|known| *known == name);
                    let state = state.ok_or(Error::Unsupported)? as u8;
                    self.settle(self.one(*outputs)?, Home::Handle(state), now)?;
                }
                Op::ReadVariable => {
                    let state = self.handle(inputs.index(0)?)?;
                    self.settle(self.one(*outputs)?, Home::Old(state), now)?;
                }
                Op::AssignVariable => {
                    let (state, value) = (self.handle(inputs.index(0)?)?, inputs.index(1)?);
                    let root = self.uses(value, now)?;
                    if self.slots[root].home != Home::New(state) {
                        only(self.slots[root].len == self.states[usize::from(state)].len)?;
                        self.writes(state, now)?;
                    }
                }
                Op::Reshape => {
                    let root = self.uses(inputs.index(0)?, now)?;
                    let output = self.one(*outputs)?;
                    self.settle(output, Home::Same(root as u8), now)?;
                    only(self.slots[root].len == self.slots[output].len)?;
                }
                Op::StridedSlice => {
                    self.uses(inputs.index(0)?, now)?;
                    let output = self.one(*outputs)?;
                    // What becomes a state at once is computed where that is.
                    match self.becomes(output, index + 1)? {
                        Some(state) => {
                            self.settle(output, Home::New(state), now)?;
                            self.writes(state, now)?;
                        }
                        None => self.settle(output, Home::Place(0), now)?,
                    }
                }
                Op::Concatenation => {
                    for i in 0..inputs.len() {
                        self.uses(inputs.index(i)?, now)?;
                    }
                    self.settle(self.one(*outputs)?, Home::Place(0), now)?;
                }
                Op::Convolution
                | Op::ConvolutionByChannel
                | Op::FullyConnected
                | Op::Logistic
                | Op::Split
                | Op::Quantize => {
                    // The second of a split is its data.
                    self.uses(inputs.index(0)?, now)?;
                    for i in 0..outputs.len() {
                        self.settle(outputs.index(i)?, Home::Place(0), now)?;
                    }
                    if let Op::Convolution | Op::ConvolutionByChannel | Op::FullyConnected = op {
                        channels += convolved(graph, *op, inputs.index(1)?)?;
                    }
                }
            }
        }
        self.uses(self.one(graph.outputs)?, u8::MAX)?;
        // A state is read in its place: so it must not be written before it was read.
        for slot in &self.slots {
            if let Home::Old(state) = slot.home {
                only(self.written[usize::from(state)].is_none_or(|write| slot.last < write))?;
            }
        }
        Ok(channels)
    }

    /// Notes that an operator writes a state, which only one does.
    fn writes(&mut self, state: u8, operator: u8) -> Result<()> {
        let written = &mut self.written[usize::from(state)];
        only(written.is_none())?;
        *written = Some(operator);
        Ok(())
    }

    /// The state that an operator makes of a tensor, if it does that.
    fn becomes(&self, tensor: usize, operator: usize) -> Result<Option<u8>> {
        match self.graph.operator(operator) {
            Ok(Operator { op: Op::AssignVariable, inputs, .. }) if inputs.index(1)? == tensor => {
                self.handle(inputs.index(0)?).map(Some)
            }
            _ => Ok(None),
        }
    }

    /// Gives each tensor a place that no other has at the same time: the first that is free.
    fn place(&mut self) -> Result<()> {
        let mut end = self.top;
        for this in 0..self.slots.len() {
            let Slot { home: Home::Place(_), len, first, last } = self.slots[this] else {
                continue;
            };
            let len = usize::from(len);
            let mut at = self.top;
            loop {
                let taken = self.slots[..this].iter().find_map(|other| match other.home {
                    Home::Place(start) if other.first <= last && first <= other.last => {
                        let (start, end) = (usize::from(start), usize::from(start + other.len));
                        (start < at + len && at < end).then_some(end)
                    }
                    _ => None,
                });
                match taken {
                    Some(end) => at = end,
                    None => break,
                }
            }
            // Its end fits as well as its start.
            small(at + len)?;
            self.slots[this].home = Home::Place(small(at)?);
            end = end.max(at + len);
        }
        self.top = end;
        Ok(())
    }

    fn push(&mut self, step: Step) -> Result<()> {
        self.steps.push(step).map_err(|_| Error::Unsupported)
    }

    /// Copies rows of a tensor, or into one: `(place, bytes from row to row)`.
    fn copy(
        &mut self,
        (from, from_step): (usize, usize),
        (to, to_step): (usize, usize),
        len: usize,
        rows: usize,
    ) -> Result<()> {
        self.push(Step::Copy {
            from: small(from)?,
            from_step: small(from_step)?,
            to: small(to)?,
            to_step: small(to_step)?,
            len: small(len)?,
            rows: small(rows)?,
        })
    }

    /// Appends the steps of an operator. Constants are taken from the front of `free`.
    fn emit(&mut self, operator: Operator<'m>, free: &mut &mut [u8]) -> Result<()> {
        let Operator { op, inputs, outputs, .. } = operator;
        let graph = self.graph;
        match op {
            Op::CallOnce | Op::VariableHandle | Op::ReadVariable | Op::Reshape => Ok(()),
            Op::AssignVariable => {
                let (state, value) = (self.handle(inputs.index(0)?)?, inputs.index(1)?);
                let Variable { at, len, .. } = self.states[usize::from(state)];
                let (from, to, len) = (self.address(value)?, at.into(), len.into());
                if from == to { Ok(()) } else { self.copy((from, 0), (to, 0), len, 1) }
            }
            Op::StridedSlice => self.slice(&operator),
            Op::Concatenation => {
                let output = outputs.index(0)?;
                let (to, whole) = (self.address(output)?, graph.tensor(output)?);
                let axis = whole.axis(operator.int(0, 0)?)?;
                only(operator.byte(1)? == 0)?;
                let (rows, to_step) = (whole.outer(axis), whole.inner(axis));
                let mut done = 0;
                for i in 0..inputs.len() {
                    let input = inputs.index(i)?;
                    let part = graph.tensor(input)?;
                    only(part.axes().len() == whole.axes().len() && part.outer(axis) == rows)?;
                    only(part.scale()? == whole.scale()? && part.zero()? == whole.zero()?)?;
                    let len = part.inner(axis);
                    only(done + len <= to_step)?;
                    self.copy((self.address(input)?, len), (to + done, to_step), len, rows)?;
                    done += len;
                }
                only(done == to_step)
            }
            Op::Split => {
                let input = inputs.index(0)?;
                let (from, whole) = (self.address(input)?, graph.tensor(input)?);
                let axis = graph.tensor(inputs.index(2)?)?;
                only(axis.kind == INT32)?;
                let axis = whole.axis(axis.data.as_ints().int(0)?)?;
                let (rows, from_step) = (whole.outer(axis), whole.inner(axis));
                let mut done = 0;
                for i in 0..outputs.len() {
                    let output = outputs.index(i)?;
                    let part = graph.tensor(output)?;
                    only(part.axes().len() == whole.axes().len() && part.outer(axis) == rows)?;
                    let len = part.inner(axis);
                    only(done + len <= from_step)?;
                    self.copy((from + done, from_step), (self.address(output)?, len), len, rows)?;
                    done += len;
                }
                only(done == from_step)
            }
            Op::Convolution | Op::ConvolutionByChannel | Op::FullyConnected => {
                self.convolution(&operator, free)
            }
            Op::Logistic | Op::Quantize => {
                let (input, output) = (inputs.index(0)?, outputs.index(0)?);
                let (from, to) = (graph.tensor(input)?, graph.tensor(output)?);
                only(from.kind == INT8 && from.len == to.len)?;
                let (at, len) = (small(self.address(input)?)?, small(from.len)?);
                let to_at = small(self.address(output)?)?;
                if op == Op::Logistic {
                    only(to.kind == INT8 && to.scale()? == PROBABILITY && to.zero()? == -128)?;
                    let (zero, scale) = (from.zero()? as i8, from.scale()?);
                    self.push(Step::Logistic { at, to: to_at, len, zero, scale })
                } else {
                    only(to.kind == UINT8 && from.zero()? + 128 == to.zero()?)?;
                    only(from.scale()? == to.scale()?)?;
                    self.push(Step::Unsigned { at, to: to_at, len })
                }
            }
        }
    }

    /// A slice along one axis.
    fn slice(&mut self, operator: &Operator<'m>) -> Result<()> {
        let Operator { inputs, outputs, .. } = operator;
        let (input, output) = (inputs.index(0)?, outputs.index(0)?);
        let whole = self.graph.tensor(input)?;
        let [starts, ends, steps] = [1, 2, 3].map(|i| -> Result<_> {
            let tensor = self.graph.tensor(inputs.index(i)?)?;
            only(tensor.kind == INT32 && tensor.len == whole.axes().len())?;
            Ok(tensor.data.as_ints())
        });
        let (starts, ends, steps) = (starts?, ends?, steps?);
        let (start_mask, end_mask) = (operator.int(0, 0)?, operator.int(1, 0)?);
        // Neither ellipses nor axes that come or go.
        for field in 2..5 {
            only(operator.int(field, 0)? == 0)?;
        }
        only(operator.byte(5)? == 0)?;
        let mut found = None;
        for (axis, size) in whole.axes().iter().enumerate() {
            let place = |list: crate::flatbuffer::Vector<'m>, mask: i32, free| {
                if mask >> axis & 1 == 1 {
                    return Ok(free);
                }
                let size = *size as i32;
                let place = list.int(axis)?;
                let place = if place < 0 { place.saturating_add(size) } else { place };
                Ok(place.clamp(0, size) as usize)
            };
            let (start, end) = (place(starts, start_mask, 0)?, place(ends, end_mask, *size)?);
            only(steps.int(axis)? == 1 && start < end)?;
            if end - start < *size {
                only(found.is_none())?;
                found = Some((axis, start, end - start));
            }
        }
        let (axis, start, count) = found.unwrap_or((0, 0, whole.len));
        let inner = if found.is_some() { whole.inner(axis + 1) } else { 1 };
        let (rows, len) = (whole.outer(axis), count * inner);
        only(self.graph.tensor(output)?.len == rows * len)?;
        let from = self.address(input)? + start * inner;
        self.copy((from, whole.inner(axis)), (self.address(output)?, len), len, rows)
    }

    /// A convolution or matrix product.
    fn convolution(&mut self, operator: &Operator<'m>, free: &mut &mut [u8]) -> Result<()> {
        let Operator { op, inputs, outputs, .. } = operator;
        let graph = self.graph;
        let (input, output) = (inputs.index(0)?, outputs.index(0)?);
        let (from, to) = (graph.tensor(input)?, graph.tensor(output)?);
        let weights = graph.tensor(inputs.index(1)?)?;
        only([from.kind, to.kind, weights.kind] == [INT8; 3])?;
        only(weights.data.len() == weights.len && weights.centred()?)?;

        let channels = convolved(graph, *op, inputs.index(1)?)?;
        // Rows that a weight of each input channel lies over, and the row to start from next.
        let (height, step, activation) = if *op == Op::FullyConnected {
            only(operator.byte(1)? == 0)?;
            (1, 1, operator.byte(0)?)
        } else {
            let by_channel = *op == Op::ConvolutionByChannel;
            let (activation, dilation) = if by_channel { (4, 6) } else { (3, 5) };
            let height = weights.axes()[1];
            only(from.axes().len() == 4 && from.axes()[0] == 1 && from.axes()[2] == 1)?;
            only(weights.axes()[2] == 1 && operator.int(dilation, 1)? == 1)?;
            // All rows are there, or else nothing is to be added at the ends.
            only(operator.byte(0)? == 1 || height == 1)?;
            only(!by_channel || operator.int(3, 0)? == 1)?;
            let step = usize::try_from(operator.int(2, 0)?).map_err(|_| Error::Damaged)?;
            (height, step, operator.byte(activation)?)
        };
        let width = match op {
            Op::FullyConnected => weights.axes()[1],
            _ => from.axes()[3],
        };
        let expected = if *op == Op::ConvolutionByChannel { 1 } else { width };
        only(weights.len == channels * height * expected)?;
        only(*op != Op::ConvolutionByChannel || width == channels)?;
        only(step > 0 && from.len % width == 0 && from.len / width >= height)?;
        let rows = (from.len / width - height) / step + 1;
        only(to.len == rows * channels)?;

        let zero = to.zero()? as i8;
        let least = match activation {
            0 => i8::MIN,
            1 => zero,
            _ => return Err(Error::Unsupported),
        };
        let taps = if *op == Op::ConvolutionByChannel { height } else { height * width };
        let place = self.constants(operator, free)?;
        let convolution = Convolution {
            input: small(self.address(input)?)?,
            input_len: small(from.len)?,
            stride: small(step.checked_mul(width).ok_or(Error::Unsupported)?)?,
            taps: small(taps)?,
            output: small(self.address(output)?)?,
            rows: small(rows)?,
            channels: small(channels)?,
            constants: small(place)?,
            weights: weights.data.span().start as u32,
            zero,
            least,
        };
        self.push(match op {
            Op::ConvolutionByChannel => Step::ByChannel(convolution),
            _ => Step::Dense(convolution),
        })
    }

    /// Writes the constants of a convolution's channels and returns where they are, among
    /// constants.
    fn constants(&mut self, operator: &Operator<'m>, free: &mut &mut [u8]) -> Result<usize> {
        let Operator { op, inputs, outputs, .. } = operator;
        let graph = self.graph;
        let weights = graph.tensor(inputs.index(1)?)?;
        let (input, output) = (graph.tensor(inputs.index(0)?)?, graph.tensor(outputs.index(0)?)?);
        let channels = convolved(graph, *op, inputs.index(1)?)?;
        only(weights.scales.len() == 1 || weights.scales.len() == channels)?;
        let bias = match inputs.len() {
            3 if inputs.int(2)? >= 0 => {
                let bias = graph.tensor(inputs.index(2)?)?;
                only(bias.kind == INT32 && bias.len == channels)?;
                Some(bias.data.as_ints())
            }
            _ => None,
        };
        let (scale, per, zero) = (input.scale()?, output.scale()?, input.zero()?);
        let bytes = weights.data.bytes();
        let (mine, rest) =
            core::mem::take(free).split_at_mut_checked(channels * CHANNEL).ok_or(Error::Damaged)?;
        *free = rest;
        for (channel, to) in mine.as_chunks_mut().0.iter_mut().enumerate() {
            let signed = |byte: &u8| i32::from(byte.cast_signed());
            let sum: i32 = match op {
                Op::ConvolutionByChannel => {
                    bytes[channel..].iter().step_by(channels).map(signed).sum()
                }
                _ => {
                    let taps = weights.len / channels;
                    bytes[channel * taps..][..taps].iter().map(signed).sum()
                }
            };
            let bias = bias.map_or(Ok(0), |bias| bias.int(channel))?;
            let product = scale.times(weights.scale_of(channel)?);
            let single = *op == Op::FullyConnected && weights.scales.len() == 1;
            let product = if single { product.single() } else { product };
            let multiplier: Multiplier = product.per(per).ok_or(Error::Unsupported)?;
            let bias = bias.wrapping_sub(sum.wrapping_mul(zero));
            Channel { bias, multiplier }.write(to);
        }
        let place = self.constants;
        self.constants += channels * CHANNEL;
        Ok(place)
    }
}

/// How many channels a convolution with these weights has.
fn convolved(graph: Graph<'_>, op: Op, weights: usize) -> Result<usize> {
    let weights = graph.tensor(weights)?;
    match (op, weights.axes()) {
        (Op::ConvolutionByChannel, [1, _, _, channels])
        | (Op::Convolution, [channels, _, _, _])
        | (Op::FullyConnected, [channels, _]) => Ok(*channels),
        _ => Err(Error::Unsupported),
    }
}
