//! Futures that run side by side and are handed out in the order they were begun, within a bounded window.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

/// A future of the window.
pub(crate) type Running<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

enum Slot<'a, T> {
    Running(Running<'a, T>),
    Done(T),
}

/// The window.
pub(crate) struct Window<'a, T> {
    slots: VecDeque<Slot<'a, T>>,
    jobs: usize,
    is_open: bool,
}

impl<'a, T> Window<'a, T> {
    /// At most `jobs` futures run at a time. Results that wait for a slower one before them are kept, a few for each
    /// job, so that one slow target does not stop the others.
    pub(crate) fn new(jobs: usize) -> Self {
        Self { slots: VecDeque::new(), jobs: jobs.max(1), is_open: true }
    }

    /// Takes no new futures; those begun go on.
    pub(crate) fn close(&mut self) {
        self.is_open = false;
    }

    /// The next result in order; `None` when nothing runs and `feed` has no more. May be dropped and called again.
    pub(crate) async fn next(&mut self, feed: &mut dyn FnMut() -> Option<Running<'a, T>>) -> Option<T> {
        std::future::poll_fn(|context| self.poll_next(context, feed)).await
    }

    fn poll_next(
        &mut self,
        context: &mut Context<'_>,
        feed: &mut dyn FnMut() -> Option<Running<'a, T>>,
    ) -> Poll<Option<T>> {
        for slot in &mut self.slots {
            poll(slot, context);
        }
        while self.has_room() {
            let Some(future) = feed() else {
                self.is_open = false;
                break;
            };
            let mut slot = Slot::Running(future);
            poll(&mut slot, context);
            self.slots.push_back(slot);
        }
        match self.slots.pop_front() {
            None => Poll::Ready(None),
            Some(Slot::Done(value)) => Poll::Ready(Some(value)),
            Some(running) => {
                self.slots.push_front(running);
                Poll::Pending
            }
        }
    }

    fn has_room(&self) -> bool {
        let running = self.slots.iter().filter(|s| matches!(s, Slot::Running(_))).count();
        self.is_open && running < self.jobs && self.slots.len() < self.jobs * 8
    }
}

fn poll<T>(slot: &mut Slot<'_, T>, context: &mut Context<'_>) {
    if let Slot::Running(future) = slot
        && let Poll::Ready(value) = future.as_mut().poll(context)
    {
        *slot = Slot::Done(value);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use std::cell::Cell;
    use std::rc::Rc;
    use std::time::Duration;

    fn block_on<F: Future>(future: F) -> F::Output {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
    }

    /// Runs twenty futures whose times fall, and says in which order they came and how many ran at once.
    fn run(jobs: usize) -> (Vec<u64>, usize) {
        let running = Rc::new(Cell::new(0_usize));
        let most = Rc::new(Cell::new(0_usize));
        let mut left = (0..20_u64).collect::<VecDeque<_>>();
        let mut feed = || {
            let n = left.pop_front()?;
            let (running, most) = (Rc::clone(&running), Rc::clone(&most));
            Some(Box::pin(async move {
                running.set(running.get() + 1);
                most.set(most.get().max(running.get()));
                tokio::time::sleep(Duration::from_millis(20 - n)).await;
                running.set(running.get() - 1);
                n
            }) as Running<'_, u64>)
        };
        let order = block_on(async {
            let mut window = Window::new(jobs);
            let mut order = Vec::new();
            while let Some(n) = window.next(&mut feed).await {
                order.push(n);
            }
            order
        });
        (order, most.get())
    }

    #[test]
    fn order_of_the_input_and_never_more_than_asked() {
        for jobs in [1, 2, 7, 64] {
            let (order, most) = run(jobs);
            assert_eq!(order, (0..20).collect::<Vec<_>>());
            assert_eq!(most, jobs.min(20), "all jobs are used, and no more");
        }
    }

    #[test]
    fn a_closed_window_drains() {
        let mut left = 0..5;
        let mut feed = || left.next().map(|n| Box::pin(async move { n }) as Running<'_, i32>);
        let out = block_on(async {
            let mut window = Window::new(1);
            let first = window.next(&mut feed).await;
            window.close();
            (first, window.next(&mut feed).await)
        });
        assert_eq!(out.0, Some(0));
        assert!(out.1.is_none_or(|n| n == 1), "at most what was begun");
    }
}
